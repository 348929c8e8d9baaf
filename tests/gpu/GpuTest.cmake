# scorefield_gpu_test(<name> SOURCES ... [LINK ...] [SWIFTSHADER_ONLY]): one GoogleTest executable whose suites run on the
# first Vulkan device (label gpu; not where SWIFTSHADER_ONLY) and, where Debian's chromium is installed, on SwiftShader
# (prefix swiftshader., label gpu.swiftshader, which both `ctest -L gpu` and `-L swiftshader` match).
include_guard(GLOBAL)
find_file(SCOREFIELD_SWIFTSHADER_ICD vk_swiftshader_icd.json PATHS /usr/lib/chromium NO_DEFAULT_PATH)

function(scorefield_gpu_test name)
  cmake_parse_arguments(ARG "SWIFTSHADER_ONLY" "" "SOURCES;LINK" ${ARGN})
  scorefield_test_executable(${name} SOURCES ${ARG_SOURCES} LINK scorefield_gpu ${ARG_LINK})
  if(NOT ARG_SWIFTSHADER_ONLY)
    scorefield_discover(${name} LABELS gpu)
  endif()
  if(SCOREFIELD_SWIFTSHADER_ICD)
    scorefield_discover(${name} PREFIX swiftshader. LABELS gpu.swiftshader
      ENVIRONMENT VK_ICD_FILENAMES=${SCOREFIELD_SWIFTSHADER_ICD})
  endif()
endfunction()
