#include "base/byte_size.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace scorefield::base {
namespace {

TEST(ByteSize, IsInTheUnitThatFits) {
    EXPECT_EQ(byte_size(0), "0 bytes");
    EXPECT_EQ(byte_size(1), "1 byte");
    EXPECT_EQ(byte_size(999), "999 bytes");
    EXPECT_EQ(byte_size(1000), "0.977 KiB");
    EXPECT_EQ(byte_size(80'000), "78.1 KiB");
    EXPECT_EQ(byte_size(1023.0 * 1024), "0.999 MiB");
    EXPECT_EQ(byte_size(1.5 * 1024 * 1024), "1.5 MiB");
    EXPECT_EQ(byte_size(std::ldexp(8, 30)), "8 GiB");
    EXPECT_EQ(byte_size(std::ldexp(17, 40)), "17 TiB");
    EXPECT_EQ(byte_size(std::ldexp(3, 50)), "3 PiB");
    EXPECT_EQ(byte_size(std::ldexp(16, 60)), "16 EiB");
}

TEST(ByteSize, HasNoExponentBelowAThousandOfTheLargestUnit) {
    for (double bytes = 1; bytes < std::ldexp(999, 60); bytes *= 1.007) {
        EXPECT_EQ(byte_size(bytes).find("e+"), std::string::npos) << byte_size(bytes);
        EXPECT_LE(byte_size(bytes).size(), 9U) << byte_size(bytes);
    }
}

}  // namespace
}  // namespace scorefield::base
