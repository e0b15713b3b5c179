// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "dense_algebra.hpp"

#include <cublas_v2.h>
#include <cusolverDn.h>
#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>

#define KILOFOLD_TEXT_OF(x) #x
#define KILOFOLD_TEXT(x) KILOFOLD_TEXT_OF(x)

namespace kilofold::cuda {
namespace {

constexpr int most_matrices = 16384;  // a call

/// The functions of both libraries that are called here. The module does not link them, so that it opens without them.
class Libraries {
 public:
  static const Libraries& get() {
    static const Libraries libraries;
    return libraries;
  }

  std::string refusal;  ///< empty where all of them are there
  decltype(&cublasCreate_v2) blas_create = nullptr;
  decltype(&cublasDestroy_v2) blas_destroy = nullptr;
  decltype(&cublasSetStream_v2) blas_set_stream = nullptr;
  decltype(&cublasSetMathMode) blas_set_math_mode = nullptr;
  decltype(&cublasGetVersion_v2) blas_version = nullptr;
  decltype(&cublasDtrsmBatched) trsm = nullptr;
  decltype(&cublasDgemmBatched) gemm = nullptr;
  decltype(&cusolverDnCreate) solver_create = nullptr;
  decltype(&cusolverDnDestroy) solver_destroy = nullptr;
  decltype(&cusolverDnSetStream) solver_set_stream = nullptr;
  decltype(&cusolverGetVersion) solver_version = nullptr;
  decltype(&cusolverDnDpotrfBatched) potrf = nullptr;

 private:
  Libraries() {
    void* const blas = open("libcublas.so." KILOFOLD_TEXT(CUBLAS_VER_MAJOR));
    void* const solver = open("libcusolver.so." KILOFOLD_TEXT(CUSOLVER_VER_MAJOR));
    if (!refusal.empty()) return;
    find(blas, "cublasCreate_v2", blas_create);
    find(blas, "cublasDestroy_v2", blas_destroy);
    find(blas, "cublasSetStream_v2", blas_set_stream);
    find(blas, "cublasSetMathMode", blas_set_math_mode);
    find(blas, "cublasGetVersion_v2", blas_version);
    find(blas, "cublasDtrsmBatched", trsm);
    find(blas, "cublasDgemmBatched", gemm);
    find(solver, "cusolverDnCreate", solver_create);
    find(solver, "cusolverDnDestroy", solver_destroy);
    find(solver, "cusolverDnSetStream", solver_set_stream);
    find(solver, "cusolverGetVersion", solver_version);
    find(solver, "cusolverDnDpotrfBatched", potrf);
  }

  void* open(const char* name) {
    void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr && refusal.empty()) refusal = dlerror();
    return library;
  }

  template <class F> void find(void* library, const char* name, F& function) {
    function = reinterpret_cast<F>(dlsym(library, name));
    if (function == nullptr && refusal.empty()) refusal = std::string("no ") + name;
  }
};

void check_call(int code, const char* call) {
  if (code != 0) throw dev::Error(std::string(call) + ": status " + std::to_string(code));
}

/// A thread's handles.
class Handles {
 public:
  explicit Handles(const Libraries& libraries) : libraries_(libraries) {
    if (!libraries.refusal.empty()) throw dev::Error(libraries.refusal);
    check_call(libraries.blas_create(&blas), "cublasCreate");
    check_call(libraries.blas_set_math_mode(blas, CUBLAS_PEDANTIC_MATH), "cublasSetMathMode");
    check_call(libraries.solver_create(&solver), "cusolverDnCreate");
  }
  ~Handles() {
    libraries_.solver_destroy(solver);
    libraries_.blas_destroy(blas);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  void use(const dev::Stream& stream) const {
    check_call(libraries_.blas_set_stream(blas, stream.get()), "cublasSetStream");
    check_call(libraries_.solver_set_stream(solver, stream.get()), "cusolverDnSetStream");
  }

  cublasHandle_t blas = nullptr;
  cusolverDnHandle_t solver = nullptr;

 private:
  const Libraries& libraries_;
};

const Handles& handles(const dev::Stream& stream) {
  thread_local const Handles own(Libraries::get());
  own.use(stream);
  return own;
}

/// Call `some(first, n)` for pieces of `count` matrices that the libraries take.
template <class Some> void in_pieces(int count, Some some) {
  for (int first = 0; first < count; first += most_matrices) some(first, std::min(most_matrices, count - first));
}

constexpr double one = 1.0;
constexpr double zero = 0.0;

}  // namespace

std::string dense_algebra_refusal() { return Libraries::get().refusal; }

std::string dense_algebra_name() {
  const Libraries& libraries = Libraries::get();
  int blas = 0, solver = 0;
  thread_local const Handles own(libraries);
  check_call(libraries.blas_version(own.blas, &blas), "cublasGetVersion");
  check_call(libraries.solver_version(&solver), "cusolverGetVersion");
  return "cuSOLVER " + std::to_string(solver) + ", cuBLAS " + std::to_string(blas);
}

void factorise(const Matrices& A, int n, int count, int* info, const dev::Stream& stream) {
  const Handles& own = handles(stream);
  in_pieces(count, [&](int first, int some) {
    check_call(Libraries::get().potrf(own.solver, CUBLAS_FILL_MODE_LOWER, n, const_cast<double**>(A.data + first),
                                      static_cast<int>(A.ld), info + first, some),
               "cusolverDnDpotrfBatched");
  });
}

void divide(const Matrices& B, const Matrices& L, int m, int n, int count, const dev::Stream& stream) {
  const Handles& own = handles(stream);
  in_pieces(count, [&](int first, int some) {
    check_call(Libraries::get().trsm(own.blas, CUBLAS_SIDE_RIGHT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T,
                                     CUBLAS_DIAG_NON_UNIT, m, n, &one, L.data + first, static_cast<int>(L.ld),
                                     B.data + first, static_cast<int>(B.ld), some),
               "cublasDtrsmBatched");
  });
}

void square(const Matrices& X, const Matrices& C, int n, int count, const dev::Stream& stream) {
  const Handles& own = handles(stream);
  in_pieces(count, [&](int first, int some) {
    check_call(Libraries::get().gemm(own.blas, CUBLAS_OP_N, CUBLAS_OP_T, n, n, n, &one, X.data + first,
                                     static_cast<int>(X.ld), X.data + first, static_cast<int>(X.ld), &zero,
                                     C.data + first, static_cast<int>(C.ld), some),
               "cublasDgemmBatched");
  });
}

}  // namespace kilofold::cuda
