# SPDX-License-Identifier: MIT
# One folder, one library, one target: `lightflow_library(core)` makes the
# library of the folder it is called in and its alias `lightflow::core`.

# Warnings for this project's own code, never for its users.
add_library(lightflow_warnings INTERFACE)
target_compile_options(lightflow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${LIGHTFLOW_WERROR}>:-Werror>
  # GCC 12 finds this in its own std::string (GCC bug 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

function(lightflow_library name)
  set(target lightflow_${name})
  file(GLOB sources CONFIGURE_DEPENDS src/*.cpp)
  add_library(${target} ${sources})
  add_library(lightflow::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:lightflow_warnings>)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  install(TARGETS ${target} EXPORT lightflow-targets)
  install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()
