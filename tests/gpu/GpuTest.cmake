# scorefield_gpu_test(<name> SOURCES ... [LINK ...] [SWIFTSHADER_FILTER filter]): one GoogleTest executable whose cases
# run on the first Vulkan device (label gpu) and, where Debian's chromium is installed, again on SwiftShader (prefix
# swiftshader., label gpu.swiftshader, which both `ctest -L gpu` and `-L swiftshader` match). SWIFTSHADER_FILTER, a
# --gtest_filter, keeps what is too slow there away; "-*" keeps all.
include_guard(GLOBAL)
find_file(SCOREFIELD_SWIFTSHADER_ICD vk_swiftshader_icd.json PATHS /usr/lib/chromium NO_DEFAULT_PATH)

function(scorefield_gpu_test name)
  cmake_parse_arguments(ARG "" "SWIFTSHADER_FILTER" "SOURCES;LINK" ${ARGN})
  scorefield_test(${name} SOURCES ${ARG_SOURCES} LINK scorefield_gpu ${ARG_LINK} LABELS gpu)
  if(SCOREFIELD_SWIFTSHADER_ICD AND NOT ARG_SWIFTSHADER_FILTER STREQUAL "-*")
    gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} DISCOVERY_MODE PRE_TEST
                         TEST_PREFIX swiftshader. TEST_FILTER "${ARG_SWIFTSHADER_FILTER}"
                         PROPERTIES LABELS gpu.swiftshader TIMEOUT 300
                                    ENVIRONMENT "VK_ICD_FILENAMES=${SCOREFIELD_SWIFTSHADER_ICD}")
  endif()
endfunction()
