include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# Every header of include/ compiles alone: `cmake --build ... --target all_verify_interface_header_sets`.
file(GLOB_RECURSE faces CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp)
add_library(kilofold_faces INTERFACE)
target_sources(kilofold_faces INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${faces})
target_link_libraries(kilofold_faces INTERFACE kilofold_options)
set_target_properties(kilofold_faces PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
