// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "kilofold/backend.hpp"

namespace kilofold {
namespace {

/// The backend as the program gets it: from the module, by its one symbol.
const Backend* open_module() {
  const char* elsewhere = std::getenv("KILOFOLD_CUDA_MODULE");  // where the tests were packed
  void* module = dlopen(elsewhere == nullptr ? KILOFOLD_CUDA_MODULE : elsewhere, RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    ADD_FAILURE() << dlerror();
    return nullptr;
  }
  using Entry = const Backend* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(module, "kilofold_backend"));
  return entry == nullptr ? nullptr : entry();
}

class CudaModule : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(backend_, nullptr); }

  const Backend* backend_ = open_module();
};

/// Skipped without a device, unless KILOFOLD_REQUIRE_CUDA says that there must be one.
class CudaDevice : public CudaModule {
 protected:
  void SetUp() override {
    CudaModule::SetUp();
    char reason[256] = "";
    if (backend_->probe(reason, sizeof reason) == 0) return;
    if (std::getenv("KILOFOLD_REQUIRE_CUDA") != nullptr) FAIL() << reason;
    GTEST_SKIP() << reason;
  }
};

TEST_F(CudaModule, IsBuiltForThisAbi) {
  EXPECT_EQ(backend_->abi, backend_abi);
  EXPECT_STREQ(backend_->name, "cuda");
}

TEST_F(CudaModule, ProbeSaysWhyItRefusesAMachineWithoutADriver) {
  if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nullptr) GTEST_SKIP() << "this machine has a driver";
  char reason[256] = "";

  const int result = backend_->probe(reason, sizeof reason);

  EXPECT_NE(result, 0);
  EXPECT_NE(std::string(reason), "");
}

TEST_F(CudaModule, ProbeKeepsItsReasonWithinTheSpaceGiven) {
  char reason[8] = {'?', '?', '?', '?', '?', '?', '?', '?'};

  backend_->probe(reason, 4);

  EXPECT_EQ(std::string(reason + 4, 4), "????");
}

TEST_F(CudaModule, SelectsNoDeviceThatIsNotThere) {
  for (const std::int32_t device : {-1, 1000}) {
    char reason[256] = "";

    EXPECT_NE(backend_->select(device, reason, sizeof reason), 0);
    EXPECT_NE(std::string(reason), "");
  }
}

TEST_F(CudaModule, SaysWhyItHasNoFlavourVendorWithoutADriver) {
  if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nullptr) GTEST_SKIP() << "this machine has a driver";
  char reason[256] = "";

  EXPECT_EQ(backend_->vendor(reason, sizeof reason), nullptr);

  EXPECT_NE(std::string(reason), "");
}

TEST_F(CudaModule, FailedAllocationIsNullAndSaysWhy) {
  constexpr std::size_t more_than_any_device = std::size_t{1} << 60;

  EXPECT_EQ(backend_->allocate(more_than_any_device), nullptr);
  EXPECT_NE(std::string(backend_->last_error()), "");
}

TEST_F(CudaDevice, DescribesItself) {
  char text[256] = "";

  ASSERT_EQ(backend_->describe(text, sizeof text), 0) << backend_->last_error();

  EXPECT_NE(std::string(text).find("compute capability"), std::string::npos) << text;
}

TEST_F(CudaDevice, NamesTheLibrariesOfItsFlavourVendor) {
  char reason[256] = "";
  const Backend* const vendor = backend_->vendor(reason, sizeof reason);
  ASSERT_NE(vendor, nullptr) << reason;
  EXPECT_NE(std::string(vendor->library).find("cuSOLVER"), std::string::npos) << vendor->library;
}

TEST_F(CudaDevice, TellsItsMemory) {
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;

  ASSERT_EQ(backend_->memory(&free_bytes, &total_bytes), 0) << backend_->last_error();

  EXPECT_GT(free_bytes, 0U);
  EXPECT_LE(free_bytes, total_bytes);
}

TEST_F(CudaDevice, GivesMemoryBackAsItWasSent) {
  const std::vector<double> sent = {1.0, -2.5, 0x1p-1074};
  std::vector<double> received(sent.size());
  const std::size_t bytes = sent.size() * sizeof(double);

  void* memory = backend_->allocate(bytes);
  ASSERT_NE(memory, nullptr) << backend_->last_error();
  ASSERT_EQ(backend_->upload(memory, sent.data(), bytes), 0) << backend_->last_error();
  ASSERT_EQ(backend_->download(received.data(), memory, bytes), 0) << backend_->last_error();
  backend_->release(memory);

  EXPECT_EQ(received, sent);
}

TEST_F(CudaDevice, CopiesInTheBackgroundGiveWhatWasThereWhenTheyWereBegun) {
  constexpr std::size_t n = 1 << 20, bytes = n * sizeof(double);
  void* const memory = backend_->allocate(bytes);
  auto* const first = static_cast<double*>(backend_->allocate_host(bytes));
  auto* const second = static_cast<double*>(backend_->allocate_host(bytes));
  ASSERT_TRUE(memory != nullptr && first != nullptr && second != nullptr) << backend_->last_error();

  std::int64_t number = 0, next = 0;
  ASSERT_EQ(backend_->upload(memory, std::vector<double>(n, 1).data(), bytes), 0) << backend_->last_error();
  ASSERT_EQ(backend_->begin_download(first, memory, bytes, &number), 0) << backend_->last_error();
  ASSERT_EQ(backend_->begin_download(second, memory, bytes, &next), 0) << backend_->last_error();
  ASSERT_EQ(backend_->wait_download(number), 0) << backend_->last_error();
  EXPECT_EQ(std::vector<double>(first, first + n), std::vector<double>(n, 1));
  ASSERT_EQ(backend_->wait_download(next), 0) << backend_->last_error();
  EXPECT_EQ(std::vector<double>(second, second + n), std::vector<double>(n, 1));
  EXPECT_NE(backend_->wait_download(next + 1), 0) << "no such copy was begun";

  backend_->release_host(second);
  backend_->release_host(first);
  backend_->release(memory);
}

}  // namespace
}  // namespace kilofold
