# SPDX-License-Identifier: MIT
# Installs the CMake package, so that `find_package(lightflow)` gives users
# the target `lightflow::lightflow`.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lightflow)
configure_package_config_file(cmake/lightflow-config.cmake.in
  lightflow-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(lightflow-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(EXPORT lightflow-targets
  NAMESPACE lightflow::
  DESTINATION ${package_dir})
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/lightflow-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/lightflow-config-version.cmake
  cmake/FindCAF.cmake
  DESTINATION ${package_dir})
