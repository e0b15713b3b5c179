// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kilofold {

/// A column-major view: element (i, j) lies at data[i + j * ld]. Owns nothing.
template <class T> struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t ld = 0;

  T& operator()(std::int64_t i, std::int64_t j) const { return data[i + j * ld]; }
  T* col(std::int64_t j) const { return data + j * ld; }
};

/// A column-major matrix that owns its elements; ld = rows.
template <class T> class Matrix {
 public:
  Matrix() = default;
  Matrix(std::int64_t rows, std::int64_t cols, T fill = T{})
      : rows_(rows), cols_(cols), data_(static_cast<std::size_t>(rows * cols), fill) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  T& operator()(std::int64_t i, std::int64_t j) { return data_[static_cast<std::size_t>(i + j * rows_)]; }
  const T& operator()(std::int64_t i, std::int64_t j) const { return data_[static_cast<std::size_t>(i + j * rows_)]; }
  MatrixView<T> view() { return {data(), rows_, cols_, rows_}; }
  MatrixView<const T> view() const { return {data(), rows_, cols_, rows_}; }

 private:
  std::int64_t rows_ = 0;
  std::int64_t cols_ = 0;
  std::vector<T> data_;
};

}  // namespace kilofold
