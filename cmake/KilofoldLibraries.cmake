include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# KILOFOLD_PORTABLE: programs that run on other x86-64 Linux machines without this one's libraries. Everything but the C
# library is linked from static archives or headers.
if(NOT KILOFOLD_PORTABLE)
  find_package(yaml-cpp REQUIRED)
  find_package(fmt REQUIRED)
  find_package(KilofoldHDF5 REQUIRED)
  find_package(hwy REQUIRED)
  return()
endif()

set(OPENSSL_USE_STATIC_LIBS TRUE)
find_package(OpenSSL REQUIRED)

find_path(KILOFOLD_YAML_CPP_INCLUDE yaml-cpp/yaml.h REQUIRED)
find_library(KILOFOLD_YAML_CPP libyaml-cpp.a REQUIRED)
add_library(yaml-cpp STATIC IMPORTED GLOBAL)
set_target_properties(yaml-cpp PROPERTIES
  IMPORTED_LOCATION ${KILOFOLD_YAML_CPP}
  INTERFACE_INCLUDE_DIRECTORIES ${KILOFOLD_YAML_CPP_INCLUDE}
  INTERFACE_COMPILE_DEFINITIONS YAML_CPP_STATIC_DEFINE)

find_path(KILOFOLD_FMT_INCLUDE fmt/format.h REQUIRED)
add_library(fmt::fmt INTERFACE IMPORTED GLOBAL)
set_target_properties(fmt::fmt PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${KILOFOLD_FMT_INCLUDE}
  INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY=1)

find_path(KilofoldHDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
foreach(archive hdf5_serial_hl hdf5_serial sz aec z)
  string(REPLACE "_serial" "" other_name ${archive})
  find_library(KILOFOLD_ARCHIVE_${archive} NAMES lib${archive}.a lib${other_name}.a REQUIRED)
  list(APPEND hdf5_archives ${KILOFOLD_ARCHIVE_${archive}})
endforeach()
add_library(kilofold_ros3_stub STATIC ${CMAKE_CURRENT_LIST_DIR}/ros3_stub.c)
add_library(KilofoldHDF5::hdf5 INTERFACE IMPORTED GLOBAL)
set_target_properties(KilofoldHDF5::hdf5 PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${KilofoldHDF5_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES "${hdf5_archives};kilofold_ros3_stub;OpenSSL::Crypto;${CMAKE_DL_LIBS};m")

find_package(hwy REQUIRED)
target_link_options(kilofold_options INTERFACE -static-libstdc++ -static-libgcc)

set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")
