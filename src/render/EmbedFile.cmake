# cmake -DINPUT=… -DOUTPUT=… -P EmbedFile.cmake: the bytes of INPUT as a list of hexadecimal C literals.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "${bytes}\n")
