# scorefield_shaders(<target> [FOLDER tests] FILES a/b.comp ...): compiles GLSL (paths below shaders/, or below FOLDER) to SPIR-V at build time and
# embeds it: `#include "shaders/a/b.comp.hpp"` gives `scorefield::shaders::a_b_comp`, an array of 32-bit words.
# Shaders include each other below shaders/, and what they share with C++ by its path from the project's root, as C++ does.
# Unoptimised on purpose: the driver optimises, and spirv-opt runs out of memory on large unrolled shaders.
function(scorefield_shaders target)
  cmake_parse_arguments(ARG "" "FOLDER" "FILES" ${ARGN})
  set(includes ${PROJECT_SOURCE_DIR}/shaders)
  set(root ${includes})
  if(ARG_FOLDER)
    set(root ${PROJECT_SOURCE_DIR}/${ARG_FOLDER})
  endif()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(compiled)
  foreach(file ${ARG_FILES})
    string(REGEX REPLACE "[/.]" "_" symbol ${file})
    set(words ${generated}/shaders/${file}.inc)
    set(header ${generated}/shaders/${file}.hpp)
    get_filename_component(folder ${words} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${words}
      COMMAND ${GLSLC} --target-env=vulkan1.3 -Werror -I ${includes} -I ${PROJECT_SOURCE_DIR} -MD -MF ${words}.d -mfmt=c -o ${words} ${root}/${file}
      DEPENDS ${root}/${file} DEPFILE ${words}.d
      COMMENT "GLSL ${file}" VERBATIM)
    file(CONFIGURE OUTPUT ${header} @ONLY CONTENT
"#pragma once
#include <cstdint>
namespace scorefield::shaders {
inline constexpr std::uint32_t @symbol@[] =
#include \"shaders/@file@.inc\"
    ;
}
")
    list(APPEND compiled ${words})
  endforeach()
  target_sources(${target} PRIVATE ${compiled})
  scorefield_generated(${compiled})
  target_include_directories(${target} PRIVATE ${generated})
endfunction()
