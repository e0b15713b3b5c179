# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# The serial HDF5 C library and its high-level half, as the target KilofoldHDF5::hdf5. CMake's own FindHDF5 asks the h5cc
# wrapper, which may answer with an MPI build or a library from outside CMAKE_PREFIX_PATH.
find_path(KilofoldHDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial)
find_library(KilofoldHDF5_HL_LIBRARY NAMES hdf5_serial_hl hdf5_hl PATH_SUFFIXES hdf5/serial)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(KilofoldHDF5
  REQUIRED_VARS KilofoldHDF5_LIBRARY KilofoldHDF5_HL_LIBRARY KilofoldHDF5_INCLUDE_DIR)
if(KilofoldHDF5_FOUND AND NOT TARGET KilofoldHDF5::hdf5)
  add_library(KilofoldHDF5::hdf5 INTERFACE IMPORTED)
  set_target_properties(KilofoldHDF5::hdf5 PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${KilofoldHDF5_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES "${KilofoldHDF5_HL_LIBRARY};${KilofoldHDF5_LIBRARY}")
endif()
mark_as_advanced(KilofoldHDF5_INCLUDE_DIR KilofoldHDF5_LIBRARY KilofoldHDF5_HL_LIBRARY)
