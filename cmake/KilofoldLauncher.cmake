include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# Compile through ccache where it is installed. -DCMAKE_CXX_COMPILER_LAUNCHER= switches it off.
find_program(KILOFOLD_CCACHE ccache)
mark_as_advanced(KILOFOLD_CCACHE)
foreach(language C CXX CUDA)
  if(KILOFOLD_CCACHE AND NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
    set(CMAKE_${language}_COMPILER_LAUNCHER ${KILOFOLD_CCACHE})
  endif()
endforeach()
