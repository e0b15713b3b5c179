// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cusolverDn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

/// kilofold_vendor_bench [FILE.json]: time NVIDIA's batched Cholesky factorisation (cusolverDnDpotrfBatched) and the
/// triangular solve behind it (cublasDtrsmBatched, 132 right-hand sides), double precision, n = 525: the yardstick of
/// our own. Exits 4 where there is no device.
namespace {

constexpr int n = 525;
constexpr int n_rhs = 132;
constexpr int rounds = 5;

[[noreturn]] void give_up(const char* call, int code) {
  std::fprintf(stderr, "error: %s: %d\n", call, code);
  std::exit(4);
}

#define CHECK(call)                          \
  do {                                       \
    const int code = static_cast<int>(call); \
    if (code != 0) give_up(#call, code);     \
  } while (false)

/// Arrays of one size, all of them copies of one, and the pointers to them as the batched calls want them.
class Arrays {
 public:
  Arrays(int count, std::size_t elements) : count_(count), elements_(elements) {
    CHECK(cudaMalloc(reinterpret_cast<void**>(&data_), sizeof(double) * elements * static_cast<std::size_t>(count)));
    CHECK(cudaMalloc(reinterpret_cast<void**>(&pointers_), sizeof(double*) * static_cast<std::size_t>(count)));
    std::vector<double*> host(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < host.size(); ++i) host[i] = data_ + i * elements;
    CHECK(cudaMemcpy(pointers_, host.data(), host.size() * sizeof(double*), cudaMemcpyHostToDevice));
  }
  ~Arrays() {
    cudaFree(data_);
    cudaFree(pointers_);
  }
  Arrays(const Arrays&) = delete;
  Arrays& operator=(const Arrays&) = delete;

  void fill(const std::vector<double>& one) {
    CHECK(cudaMemcpy(data_, one.data(), sizeof(double) * elements_, cudaMemcpyHostToDevice));
    for (int i = 1; i < count_; ++i)
      CHECK(cudaMemcpyAsync(data_ + static_cast<std::size_t>(i) * elements_, data_, sizeof(double) * elements_,
                            cudaMemcpyDeviceToDevice, nullptr));
    CHECK(cudaDeviceSynchronize());
  }
  double** pointers() const { return pointers_; }

 private:
  int count_;
  std::size_t elements_;
  double* data_ = nullptr;
  double** pointers_ = nullptr;
};

/// Milliseconds on the device between two points of its stream.
class Watch {
 public:
  Watch() {
    CHECK(cudaEventCreate(&begin_));
    CHECK(cudaEventCreate(&end_));
  }
  void start() { CHECK(cudaEventRecord(begin_, nullptr)); }
  float stop() {
    CHECK(cudaEventRecord(end_, nullptr));
    CHECK(cudaEventSynchronize(end_));
    float milliseconds = 0;
    CHECK(cudaEventElapsedTime(&milliseconds, begin_, end_));
    return milliseconds;
  }

 private:
  cudaEvent_t begin_ = nullptr;
  cudaEvent_t end_ = nullptr;
};

std::vector<double> diagonally_dominant() {
  std::vector<double> A(std::size_t{n} * n, 1e-3);
  for (std::size_t i = 0; i < n; ++i) A[i * (n + 1)] = 2;
  return A;
}

/// Best of the rounds, in milliseconds: factorisation, then solve.
std::pair<float, float> time_batch(cusolverDnHandle_t solver, cublasHandle_t blas, int batch) {
  Arrays matrices(batch, std::size_t{n} * n), sides(batch, std::size_t{n} * n_rhs);
  int* info = nullptr;
  CHECK(cudaMalloc(reinterpret_cast<void**>(&info), sizeof(int) * static_cast<std::size_t>(batch)));
  const double one = 1;
  std::pair<float, float> best{1e30F, 1e30F};
  Watch watch;
  for (int round = 0; round < rounds; ++round) {
    matrices.fill(diagonally_dominant());
    sides.fill(std::vector<double>(std::size_t{n} * n_rhs, 1));
    watch.start();
    CHECK(cusolverDnDpotrfBatched(solver, CUBLAS_FILL_MODE_LOWER, n, matrices.pointers(), n, info, batch));
    best.first = std::min(best.first, watch.stop());
    watch.start();
    CHECK(cublasDtrsmBatched(blas, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT, n,
                             n_rhs, &one, matrices.pointers(), n, sides.pointers(), n, batch));
    best.second = std::min(best.second, watch.stop());
  }
  cudaFree(info);
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  CHECK(cudaFree(nullptr));
  cusolverDnHandle_t solver = nullptr;
  cublasHandle_t blas = nullptr;
  CHECK(cusolverDnCreate(&solver));
  CHECK(cublasCreate(&blas));
  std::FILE* json = argc > 1 ? std::fopen(argv[1], "w") : nullptr;
  if (json != nullptr) std::fprintf(json, "{\"n\": %d, \"n_rhs\": %d, \"batches\": [", n, n_rhs);
  const char* separator = "";
  for (const int batch : {64, 256, 1024, 4096}) {
    const auto [factor, solve] = time_batch(solver, blas, batch);
    std::printf("batch %5d: potrfBatched %8.3f us a matrix, trsmBatched %8.3f us\n", batch, 1e3 * factor / batch,
                1e3 * solve / batch);
    if (json != nullptr)
      std::fprintf(json, "%s{\"batch\": %d, \"potrf_seconds\": %.6g, \"trsm_seconds\": %.6g}", separator, batch,
                   1e-3 * factor, 1e-3 * solve);
    separator = ", ";
  }
  if (json != nullptr) {
    std::fprintf(json, "]}\n");
    std::fclose(json);
  }
  return 0;
}
