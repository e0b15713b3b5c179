// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/lapack.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace kilofold::cpu {

/// Looks a library's routines up.
class LapackFinder {
 public:
  /// Empty, or why the library of this name cannot be used.
  std::string open(const char* name) {
    module_ = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (module_ == nullptr) return dlerror();
    missing_.clear();
    find("dpotrf_", lapack_.potrf_);
    find("dtrsm_", lapack_.trsm_);
    find("dtrtri_", lapack_.trtri_);
    find("dlauum_", lapack_.lauum_);
    find("dsytrd_", lapack_.sytrd_);
    find("dormtr_", lapack_.ormtr_);
    if (!missing_.empty()) return std::string(name) + " has no " + missing_;
    use_one_thread();
    lapack_.library = description();
    return "";
  }

  const Lapack& lapack() const { return lapack_; }

 private:
  template <class Function> bool look_up(const char* symbol, Function& function) {
    function = reinterpret_cast<Function>(dlsym(module_, symbol));
    return function != nullptr;
  }
  template <class Function> void find(const char* symbol, Function& function) {
    if (!look_up(symbol, function) && missing_.empty()) missing_ = symbol;
  }

  void use_one_thread() {
    void (*set_threads)(int) = nullptr;
    if (look_up("openblas_set_num_threads", set_threads)) set_threads(1);
  }

  /// OpenBLAS tells all, kernels included; of another LAPACK its version. Then the files that the routines are in:
  /// one's LAPACK may stand on another's BLAS.
  std::string description() {
    std::string text = "LAPACK";
    char* (*config)() = nullptr;
    void (*version)(int*, int*, int*) = nullptr;
    if (look_up("openblas_get_config", config)) {
      text = config();
      text.erase(text.find_last_not_of(' ') + 1);
    } else if (look_up("ilaver_", version)) {
      int part[3] = {};
      version(&part[0], &part[1], &part[2]);
      text += " " + std::to_string(part[0]) + "." + std::to_string(part[1]) + "." + std::to_string(part[2]);
    }
    const std::string of_lapack = file_of(reinterpret_cast<void*>(lapack_.potrf_));
    const std::string of_blas = file_of(reinterpret_cast<void*>(lapack_.trsm_));
    return text + ", " + of_lapack + (of_blas == of_lapack ? "" : ", " + of_blas);
  }

  /// Name of the shared library that a function is in.
  static std::string file_of(void* function) {
    Dl_info file{};
    if (dladdr(function, &file) == 0 || file.dli_fname == nullptr) return "unknown";
    std::error_code error;
    return std::filesystem::canonical(file.dli_fname, error).filename().string();
  }

  void* module_ = nullptr;
  std::string missing_;
  Lapack lapack_;
};

namespace {

constexpr const char* lower = "L";
constexpr const char* right = "R";
constexpr const char* plain = "N";
constexpr const char* transposed = "T";

LapackOrReason find_lapack() {
  static LapackFinder finder;
  const char* const wanted = std::getenv("KILOFOLD_LAPACK");
  if (wanted != nullptr && *wanted != '\0') {
    const std::string why = finder.open(wanted);
    return why.empty() ? LapackOrReason{&finder.lapack(), ""} : LapackOrReason{nullptr, why};
  }
  std::string why;
  for (const char* name : {"libopenblas.so.0", "liblapack.so.3"}) {
    const std::string this_one = finder.open(name);
    if (this_one.empty()) return {&finder.lapack(), ""};
    why += (why.empty() ? "" : "; ") + this_one;
  }
  return {nullptr, why};
}

}  // namespace

const LapackOrReason& open_lapack() {
  static const LapackOrReason found = find_lapack();
  return found;
}

std::int64_t Lapack::potrf(int n, double* A, int ld) const {
  int info = 0;
  potrf_(lower, &n, A, &ld, &info, 1);
  return info == 0 ? n : info - 1;
}

void Lapack::trsm(int m, int n, const double* L, int ld, double* B, int ld_B) const {
  constexpr double one = 1;
  trsm_(right, lower, transposed, plain, &m, &n, &one, L, &ld, B, &ld_B, 1, 1, 1, 1);
}

void Lapack::trtri(int n, double* L, int ld) const {
  int info = 0;
  trtri_(lower, plain, &n, L, &ld, &info, 1, 1);
}

void Lapack::lauum(int n, double* L, int ld) const {
  int info = 0;
  lauum_(lower, &n, L, &ld, &info, 1);
}

void Lapack::sytrd(int n, double* A, int ld, double* diagonal, double* off_diagonal, double* tau,
                   Scratch<double>& work) const {
  constexpr int ask = -1;
  double room = 0;
  int info = 0;
  sytrd_(lower, &n, A, &ld, diagonal, off_diagonal, tau, &room, &ask, &info, 1);
  const int length = static_cast<int>(room);
  sytrd_(lower, &n, A, &ld, diagonal, off_diagonal, tau, work.get(length), &length, &info, 1);
}

void Lapack::ormtr(int m, int n, const double* A, int ld, const double* tau, double* B, int ld_B,
                   Scratch<double>& work) const {
  constexpr int ask = -1;
  double room = 0;
  int info = 0;
  ormtr_(right, lower, plain, &m, &n, A, &ld, tau, B, &ld_B, &room, &ask, &info, 1, 1, 1);
  const int length = static_cast<int>(room);
  ormtr_(right, lower, plain, &m, &n, A, &ld, tau, B, &ld_B, work.get(length), &length, &info, 1, 1, 1);
}

}  // namespace kilofold::cpu
