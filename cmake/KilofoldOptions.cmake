# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# Compile options that every kilofold target shares. -ffp-contract=off is part of the numerics: g++ otherwise fuses a * b + c
# at will, and bits would depend on the compiler's mood (docs/numerics.md). No -march, no -ffast-math.
add_library(kilofold_options INTERFACE)
target_compile_options(kilofold_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wno-sign-conversion>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlaps where a literal is joined to a std::string (GCC bug 105651).
  target_compile_options(kilofold_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(KILOFOLD_WERROR)
  target_compile_options(kilofold_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(KILOFOLD_SANITIZE)
  target_compile_options(kilofold_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  target_compile_definitions(kilofold_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_compile_options(kilofold_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${sanitizers}>")
  target_link_options(kilofold_options INTERFACE ${sanitizers})
endif()
if(KILOFOLD_FUZZ)
  target_compile_options(kilofold_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link>)
endif()
if(KILOFOLD_COVERAGE)
  # Only what is reported has counters: the layers of src/. Threads share them without atomic updates, which would cost a kernel
  # more than all the rest: a lost count leaves a line that ran counted, and now and then a branch taken a negative number of times.
  set(is_layer $<BOOL:$<TARGET_PROPERTY:KILOFOLD_LAYER>>)
  target_compile_options(kilofold_options INTERFACE "$<$<AND:${is_layer},$<COMPILE_LANGUAGE:CXX>>:--coverage>")
  target_link_options(kilofold_options INTERFACE --coverage)
endif()
target_include_directories(kilofold_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/generated)

# kilofold_layer(NAME SOURCES files... PUBLIC layers... PRIVATE third-party...): one static library a layer.
function(kilofold_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(kilofold_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(kilofold_${name} PUBLIC kilofold_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  target_include_directories(kilofold_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  set_target_properties(kilofold_${name} PROPERTIES KILOFOLD_LAYER ON)
endfunction()

# kilofold_test(NAME SOURCES files... LINK libraries... LABELS labels...): one GoogleTest program, its cases registered with
# CTest.
function(kilofold_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE kilofold_options kilofold_test_support ${ARG_LINK} GTest::gtest_main)
  if(KILOFOLD_SANITIZE)
    target_compile_options(${name} PRIVATE -Og)  # to compile a test takes longer than to run it: two thirds of -O1's time
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
