include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# generated/kilofold/version.hpp: what this build is. The commit is asked for at every build, and the file is touched only
# when the answer differs, so that only those who include it compile again.
set(KILOFOLD_VERSION_HEADER ${PROJECT_BINARY_DIR}/generated/kilofold/version.hpp)
set(write_version ${CMAKE_COMMAND}
  -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
  -D HEADER=${KILOFOLD_VERSION_HEADER}
  -D VERSION=${PROJECT_VERSION}
  -D "COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
  -D BUILD_TYPE=${CMAKE_BUILD_TYPE}
  -P ${CMAKE_CURRENT_LIST_DIR}/write_version.cmake)

add_custom_target(kilofold_version
  COMMAND ${write_version}
  BYPRODUCTS ${KILOFOLD_VERSION_HEADER}
  COMMENT "Asking git for the commit"
  VERBATIM)
add_dependencies(kilofold_options kilofold_version)
