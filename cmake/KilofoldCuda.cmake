include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# Enable CUDA when asked for. The program never links a CUDA library; only the module in cuda/ does.
if(KILOFOLD_CUDA STREQUAL "OFF")
  return()
endif()

include(CheckLanguage)
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  if(KILOFOLD_CUDA STREQUAL "ON")
    message(FATAL_ERROR "KILOFOLD_CUDA=ON, but no nvcc was found: put it on PATH or set CUDACXX")
  endif()
  message(STATUS "CUDA: no nvcc found, so the module is not built and the program runs on the CPU")
  return()
endif()

if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES "80-real;90")  # code for 8.0 and 9.0, and PTX of 9.0 for what comes later
endif()
enable_language(CUDA)

# CMake before 3.25.2 does not know nvcc's C++20 flag and fails at generate, though nvcc takes it.
if(CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA" AND NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
find_package(CUDAToolkit 12.6 REQUIRED)
message(STATUS "CUDA: nvcc ${CMAKE_CUDA_COMPILER_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")
