include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# The program looks for the module beside itself and in ../lib, so the module goes to lib whatever the distribution's
# multiarch folder is called.
include(GNUInstallDirs)
if(TARGET kilofold)
  install(TARGETS kilofold RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET kilofold_cuda)
  install(TARGETS kilofold_cuda LIBRARY DESTINATION lib)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments DESTINATION ${CMAKE_INSTALL_DATADIR}/kilofold)
install(FILES LICENSE README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
