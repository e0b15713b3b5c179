include_guard(GLOBAL)
# SPDX-FileCopyrightText: 2026 The kilofold authors
# SPDX-License-Identifier: Apache-2.0
#
# The program looks for the module beside itself and in ../lib, so the module goes to lib whatever the distribution's
# multiarch folder is called.
include(GNUInstallDirs)
if(TARGET kilofold)
  install(TARGETS kilofold RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set(share ${PROJECT_BINARY_DIR}/share)
  install(FILES ${share}/kilofold.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${share}/kilofold.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME kilofold)
  install(FILES ${share}/_kilofold DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${share}/kilofold.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
if(TARGET kilofold_cuda)
  install(TARGETS kilofold_cuda LIBRARY DESTINATION lib)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments DESTINATION ${CMAKE_INSTALL_DATADIR}/kilofold)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/share/kilofold DESTINATION ${CMAKE_INSTALL_DATADIR})
install(FILES LICENSE README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
