# Run after a GoogleTest executable is linked: writes OUTPUT, which makes each of its suites a test of ctest.
# EXECUTABLE, PREFIX (of the names), FOLDER (to run in), LABELS, ENVIRONMENT (may be empty), TIMEOUT.
# One process per suite, not per case: cases of one suite share the device and what the driver has compiled.
execute_process(COMMAND ${EXECUTABLE} --gtest_list_tests WORKING_DIRECTORY ${FOLDER}
  OUTPUT_VARIABLE listing RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "Cannot list the tests of ${EXECUTABLE}: ${status}\n${listing}")
endif()

# A suite begins in the first column and ends with a dot; its cases are indented. Types and values follow a #.
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
