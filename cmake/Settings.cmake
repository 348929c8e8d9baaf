# Options and the one interface target that carries language level and warnings.
option(SCOREFIELD_BUILD_TESTS "Build the tests" ON)
option(SCOREFIELD_HOST_ONLY "Build only the modules that need neither Vulkan nor a window" OFF)
option(SCOREFIELD_WARNINGS_AS_ERRORS "Take warnings of the compiler for errors" ON)
option(SCOREFIELD_UNITY "Unity build: full builds are faster, builds after a change of one file slower" ON)
set(SCOREFIELD_SANITIZE "" CACHE STRING "Sanitizers for host code, e.g. address,undefined")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # What ccache asks for where headers are precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

add_library(scorefield_options INTERFACE)
target_include_directories(scorefield_options INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
# No contraction: a*b+c is two rounded operations here as in the shaders (`precise`), so that random numbers agree.
target_compile_options(scorefield_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -ffp-contract=off)
if(SCOREFIELD_WARNINGS_AS_ERRORS)
  target_compile_options(scorefield_options INTERFACE -Werror)
endif()
# False positives of g++ 12 on std::string; clang has no such warning.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-Wrestrict SCOREFIELD_HAS_WARNING_RESTRICT)
if(SCOREFIELD_HAS_WARNING_RESTRICT)
  target_compile_options(scorefield_options INTERFACE -Wno-restrict)
endif()
if(SCOREFIELD_SANITIZE)
  target_compile_options(scorefield_options INTERFACE
    -fsanitize=${SCOREFIELD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(scorefield_options INTERFACE -fsanitize=${SCOREFIELD_SANITIZE})
endif()

# The code of the tests is compiled once and runs once: most of its time is compilation. In a release it is compiled with
# -O1, and not lower: the linker may take functions that headers define from here for the modules, too. With sanitizers,
# only tests that say OPTIMISED are.
set(optimised_tests $<$<CONFIG:Release>:-O1>)
set(options_of_tests ${optimised_tests})
if(SCOREFIELD_SANITIZE)
  set(options_of_tests -O0)
endif()

# Headers that most tests include are precompiled once. Each test still includes every header that it uses.
if(SCOREFIELD_BUILD_TESTS)
  set(source ${CMAKE_BINARY_DIR}/precompiled_for_tests.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(precompiled_for_tests OBJECT ${source})
  target_link_libraries(precompiled_for_tests PRIVATE scorefield_options fmt::fmt Threads::Threads GTest::gmock)
  target_precompile_headers(precompiled_for_tests PRIVATE
    <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <random> <span> <stdexcept>
    <string> <string_view> <vector> <fmt/format.h> <gmock/gmock.h> <gtest/gtest.h>)
  target_compile_options(precompiled_for_tests PRIVATE ${options_of_tests})
endif()

# A unity build takes less than half the time, because headers are parsed and templates instantiated once for several
# sources. SEPARATE lists sources that use the same static names by design; they are compiled one by one.
function(scorefield_unity target batch)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SCOREFIELD_UNITY} UNITY_BUILD_BATCH_SIZE ${batch})
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# scorefield_generated(<files>): files that the build generates and that sources include. The target `generated` builds
# these files only; clang-tidy needs nothing else.
add_custom_target(generated)
function(scorefield_generated)
  string(MD5 name "${ARGN}")
  add_custom_target(generated_${name} DEPENDS ${ARGN})
  add_dependencies(generated generated_${name})
endfunction()

# scorefield_module(<module> SOURCES ... [SEPARATE ...] [LINK ...]): the static library of one module,
# scorefield_<module>.
function(scorefield_module module)
  cmake_parse_arguments(ARG "" "" "SOURCES;SEPARATE;LINK" ${ARGN})
  add_library(scorefield_${module} STATIC ${ARG_SOURCES} ${ARG_SEPARATE})
  target_link_libraries(scorefield_${module} PUBLIC scorefield_options ${ARG_LINK})
  scorefield_unity(scorefield_${module} 8 ${ARG_SEPARATE})
endfunction()

string(REGEX MATCH "x86_64|AMD64" SCOREFIELD_X86 ${CMAKE_SYSTEM_PROCESSOR})

# scorefield_kernels(<module> [EXACT] FILES ... [INCLUDE ...]): sources of a module that are compiled once per
# instruction set (base::InstructionSet). Each defines a constant SCOREFIELD_KERNELS, which is SET_FILE: avx2_kernels of
# kernels.cpp. EXACT: all give the same bits, for which no operations are contracted.
function(scorefield_kernels module)
  cmake_parse_arguments(ARG "EXACT" "" "FILES;INCLUDE" ${ARGN})
  set(sets plain)
  if(SCOREFIELD_X86)
    list(APPEND sets avx2 avx512)
    target_compile_definitions(scorefield_${module} PRIVATE SCOREFIELD_X86_KERNELS)
  endif()
  set(options_plain)
  set(options_avx2 -mavx2 -mfma)
  set(options_avx512 -mavx512f -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512)
  foreach(file ${ARG_FILES})
    # An option of the source comes after the -ffp-contract=off that all targets have.
    if(NOT ARG_EXACT)
      set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS -ffp-contract=fast)
    endif()
    get_filename_component(stem ${file} NAME_WE)
    foreach(set ${sets})
      set(name scorefield_${module}_${stem}_${set})
      add_library(${name} OBJECT ${file})
      target_link_libraries(${name} PRIVATE scorefield_options)
      target_include_directories(${name} PRIVATE ${ARG_INCLUDE})
      target_compile_definitions(${name} PRIVATE SCOREFIELD_KERNELS=${set}_${stem})
      target_compile_options(${name} PRIVATE -O3 -fno-trapping-math ${options_${set}})
      target_sources(scorefield_${module} PRIVATE $<TARGET_OBJECTS:${name}>)
    endforeach()
  endforeach()
endfunction()

# scorefield_test_executable(<name> [OPTIMISED] SOURCES ... [LINK ...]): a GoogleTest executable, its cases not yet known
# to ctest. OPTIMISED: a module runs long with functions that headers define and that the linker takes from the tests.
function(scorefield_test_executable name)
  cmake_parse_arguments(ARG "OPTIMISED" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE scorefield_options ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  if(ARG_OPTIMISED AND NOT options_of_tests STREQUAL optimised_tests)
    target_compile_options(${name} PRIVATE ${optimised_tests})
  else()
    target_compile_options(${name} PRIVATE ${options_of_tests})
    target_precompile_headers(${name} REUSE_FROM precompiled_for_tests)
  endif()
  scorefield_unity(${name} 4)
endfunction()

# Seconds that no test takes unless it hangs, on a slow machine under full load either.
set(SCOREFIELD_TEST_TIMEOUT 1500)

# scorefield_discover(<name> [PREFIX p] LABELS l [ENVIRONMENT e]): adds each suite of an executable as a ctest test.
function(scorefield_discover name)
  cmake_parse_arguments(ARG "" "PREFIX;LABELS;ENVIRONMENT" "" ${ARGN})
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${ARG_PREFIX}${name}.cmake)
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${list} VERBATIM
    COMMAND ${CMAKE_COMMAND} -D EXECUTABLE=$<TARGET_FILE:${name}> -D OUTPUT=${list} -D PREFIX=${ARG_PREFIX}
            -D FOLDER=${PROJECT_SOURCE_DIR} -D LABELS=${ARG_LABELS} -D ENVIRONMENT=${ARG_ENVIRONMENT}
            -D TIMEOUT=${SCOREFIELD_TEST_TIMEOUT} -P ${PROJECT_SOURCE_DIR}/cmake/ListSuites.cmake)
  set(entry ${CMAKE_CURRENT_BINARY_DIR}/${ARG_PREFIX}${name}_if_built.cmake)
  file(WRITE ${entry} "if(EXISTS [=[${list}]=])\n  include([=[${list}]=])\nelse()\n"
    "  add_test([=[${ARG_PREFIX}${name}_is_not_built]=] [=[${name}_is_not_built]=])\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${entry})
endfunction()

# scorefield_test(<name> SOURCES ... [LINK ...]): host tests.
function(scorefield_test name)
  scorefield_test_executable(${name} ${ARGN})
  scorefield_discover(${name} LABELS host)
endfunction()
