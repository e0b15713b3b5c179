# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# Compile options that every kilofold target shares. -ffp-contract=off is part of the numerics: g++ otherwise fuses a * b + c
# at will, and bits would depend on the compiler's mood (docs/numerics.md). No -march, no -ffast-math.
add_library(kilofold_options INTERFACE)
target_compile_options(kilofold_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion>)
if(KILOFOLD_WERROR)
  target_compile_options(kilofold_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
target_include_directories(kilofold_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/generated)

# kilofold_layer(NAME sources... PUBLIC layers... PRIVATE third-party...): one static library a layer.
function(kilofold_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(kilofold_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(kilofold_${name} PUBLIC kilofold_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# kilofold_test(NAME sources... LINK libraries...): one GoogleTest program, its cases registered with CTest.
function(kilofold_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE kilofold_options kilofold_test_support ${ARG_LINK} GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
