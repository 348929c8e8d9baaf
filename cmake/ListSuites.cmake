# Runs after a GoogleTest executable is linked. Writes OUTPUT, a CMake script that adds each suite as a ctest test.
# Arguments: EXECUTABLE, PREFIX (of the test names), FOLDER (working directory), LABELS, ENVIRONMENT (may be empty),
# TIMEOUT.
# Each suite is one process, so that its cases share the device and the pipelines that the driver has compiled.
execute_process(COMMAND ${EXECUTABLE} --gtest_list_tests WORKING_DIRECTORY ${FOLDER}
  OUTPUT_VARIABLE listing RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "Cannot list the tests of ${EXECUTABLE}: ${status}\n${listing}")
endif()

# A suite begins in the first column and ends with a dot; its cases are indented. Type and value parameters follow a #.
string(REGEX MATCHALL "(^|\n)[^ \n#]+\\.[^\n]*" lines "${listing}")
set(tests)
foreach(line ${lines})
  string(REGEX REPLACE "[ \t]*#.*" "" suite "${line}")
  string(REGEX REPLACE "^\n|\\.$" "" suite "${suite}")
  string(APPEND tests "add_test([=[${PREFIX}${suite}]=] [=[${EXECUTABLE}]=] [=[--gtest_filter=${suite}.*]=])\n"
    "set_tests_properties([=[${PREFIX}${suite}]=] PROPERTIES WORKING_DIRECTORY [=[${FOLDER}]=] LABELS [=[${LABELS}]=] "
    "TIMEOUT ${TIMEOUT} ENVIRONMENT [=[${ENVIRONMENT}]=])\n")
endforeach()
if(NOT tests)
  message(FATAL_ERROR "${EXECUTABLE} lists no tests:\n${listing}")
endif()
file(WRITE ${OUTPUT} "${tests}")
