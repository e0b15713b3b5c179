# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# The serial HDF5 C library and its high-level half, as the target KilofoldHDF5::hdf5. CMake's own FindHDF5 asks the h5cc
# wrapper, which may answer with an MPI build or a library from outside CMAKE_PREFIX_PATH.
#
# The static library where a program links with it: Debian's shared one brings 25 more (curl, Kerberos, LDAP, ... for reading
# from S3), whose loading takes longer than a small study.
find_path(KilofoldHDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_HL_LIBRARY NAMES hdf5_serial_hl hdf5_hl PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_STATIC_LIBRARY NAMES libhdf5_serial.a libhdf5.a PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_STATIC_HL_LIBRARY NAMES libhdf5_serial_hl.a libhdf5_hl.a PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_ZLIB NAMES z)
find_library(KilofoldHDF5_SZIP NAMES sz)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(KilofoldHDF5
  REQUIRED_VARS KilofoldHDF5_LIBRARY KilofoldHDF5_HL_LIBRARY KilofoldHDF5_INCLUDE_DIR)

if(KilofoldHDF5_STATIC_LIBRARY AND KilofoldHDF5_STATIC_HL_LIBRARY AND KilofoldHDF5_ZLIB AND KilofoldHDF5_SZIP)
  include(CheckCSourceCompiles)
  set(KilofoldHDF5_STATIC ${KilofoldHDF5_STATIC_HL_LIBRARY} ${KilofoldHDF5_STATIC_LIBRARY} ${KilofoldHDF5_SZIP}
    ${KilofoldHDF5_ZLIB} ${CMAKE_DL_LIBS} m)
  set(CMAKE_REQUIRED_INCLUDES ${KilofoldHDF5_INCLUDE_DIR})
  set(CMAKE_REQUIRED_LIBRARIES ${KilofoldHDF5_STATIC})
  check_c_source_compiles("
    #include <hdf5.h>
    #include <hdf5_hl.h>
    int main(void) {
      hid_t file = H5Fcreate(\"x\", H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
      return H5DSset_scale(file, \"x\") + H5Fclose(file);
    }" KilofoldHDF5_STATIC_LINKS)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()

if(KilofoldHDF5_FOUND AND NOT TARGET KilofoldHDF5::hdf5)
  add_library(KilofoldHDF5::hdf5 INTERFACE IMPORTED)
  if(KilofoldHDF5_STATIC_LINKS)
    set(KilofoldHDF5_LINKED ${KilofoldHDF5_STATIC})
  else()
    set(KilofoldHDF5_LINKED ${KilofoldHDF5_HL_LIBRARY} ${KilofoldHDF5_LIBRARY})
  endif()
  set_target_properties(KilofoldHDF5::hdf5 PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${KilofoldHDF5_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES "${KilofoldHDF5_LINKED}")
endif()
mark_as_advanced(KilofoldHDF5_INCLUDE_DIR KilofoldHDF5_LIBRARY KilofoldHDF5_HL_LIBRARY KilofoldHDF5_STATIC_LIBRARY
  KilofoldHDF5_STATIC_HL_LIBRARY KilofoldHDF5_ZLIB KilofoldHDF5_SZIP)
