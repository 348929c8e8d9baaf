#include "base/numbered_names.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace scorefield::base {
namespace {

TEST(NumberedNames, AreWhatPrintfMakesOfThePattern) {
    EXPECT_EQ(NumberedNames("frame_%04d.png", "`out`").name(7), "frame_0007.png");
    EXPECT_EQ(NumberedNames("frame_%04d.png", "`out`").name(12345), "frame_12345.png");
    EXPECT_EQ(NumberedNames("%d", "`out`").name(0), "0");
    EXPECT_EQ(NumberedNames("100%%_%02d%%.png", "`out`").name(3), "100%_03%.png");
}

TEST(NumberedNames, KnowTheNumberOfANameThatTheyGive) {
    const NumberedNames names("f%03d.png", "`out`");
    for (const std::uint64_t number : {0U, 7U, 999U, 1000U, 4'000'000'000U}) {
        EXPECT_EQ(names.number_of(names.name(number)), number);
    }
    for (const char* name : {"f1.png", "f0001.png", "f.png", "f-01.png", "f+01.png", "f 01.png", "f001.pn", "g001.png",
                             "f001.png.png", "", "f99999999999999999999999.png"}) {
        EXPECT_FALSE(names.number_of(name)) << name;
    }
}

TEST(NumberedNames, RefuseOtherPatterns) {
    for (const char* pattern :
         {"a.png",    "%%.png",   "%d_%d.png", "%04d%02d.png", "%s.png",  "%i.png",  "%x.png",
          "%4d.png",  "%00d.png", "%010d.png", "%-4d.png",     "%+d.png", "% d.png", "%ld.png",
          "%n%d.png", "%.png",    "%",         "%0",           "%04",     "%d%",     "%d%s.png"}) {
        try {
            const NumberedNames names(pattern, "`out`");
            ADD_FAILURE() << pattern << " is accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.exit_status(), 2);
            EXPECT_THAT(error.what(), testing::HasSubstr("%d"));
        }
    }
}

}  // namespace
}  // namespace scorefield::base
