#include "base/text.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::base {
namespace {

TEST(Printable, ReplacesControlCharactersAndWhatIsNoUtf8) {
    EXPECT_EQ(printable("\x1b]0;x\x07 α\x7f"), "?]0;x? α?");
    EXPECT_EQ(printable("a\nb\r\tc"), "a b  c");
    EXPECT_EQ(printable(std::string("a\0b", 3)), "a?b");
    EXPECT_EQ(printable("\xc2\x9b[31m"), "?[31m");    // CSI of C1
    EXPECT_EQ(printable("a\xe2\x80\xae z"), "a? z");  // U+202E turns the rest of the line round
    EXPECT_EQ(printable("a\xe2\x80\xa8"
                        "b"),
              "a?b");  // U+2028 begins a new line
    EXPECT_EQ(printable("\xff\xc3"), "??");
    EXPECT_EQ(printable("\xc0\x8a"), "??");  // an overlong line end
    EXPECT_EQ(printable("\xe0\x80\x8a"), "???");
    EXPECT_EQ(printable("\xed\xa0\x80"), "???");       // a surrogate
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????");  // beyond U+10FFFF
    EXPECT_EQ(printable("σ ≤ 1 … 😀"), "σ ≤ 1 … 😀");
}

TEST(Printable, KeepsLettersOfAllScriptsAndReplacesFormatCharacters) {
    for (const char* text : {"größe", "ширина", "μέγεθος", "大きさ", "גודל", "अक्षर", "œuvre", "1 µm"}) {
        EXPECT_EQ(printable(text), text);
    }
    for (const char* hidden : {"\u00ad", "\u061c", "\u180e", "\u200b", "\u200d", "\u200f", "\u2060", "\u2064", "\u2067",
                               "\ufeff", "\ufffb", "\U000e0041"}) {
        EXPECT_EQ(printable(std::string("x") + hidden + "y"), "x?y");
    }
}

TEST(ToUtf8, KeepsUtf8AndTakesOtherTextForLatin1) {
    EXPECT_EQ(to_utf8("x, größe, 大きさ"), "x, größe, 大きさ");
    EXPECT_EQ(to_utf8("x, gr\xf6\xdf"
                      "e"),
              "x, größe");
    EXPECT_EQ(to_utf8("\x7f\x80\xff"), "\x7f\u0080ÿ");
    EXPECT_EQ(to_utf8(""), "");
}

TEST(Printable, KeepsTheLinesOfAReport) {
    EXPECT_EQ(printable_lines("a\nb\x1b\n"), "a\nb?\n");
}

TEST(Shortened, LeavesOutTheMiddle) {
    EXPECT_EQ(shortened("abcdefghij", 10), "abcdefghij");
    EXPECT_EQ(shortened("abcdefghijk", 10), "abcdef…ijk");
    EXPECT_EQ(shortened("ααααααααααα", 10), "αααααα…ααα");
    EXPECT_EQ(shortened("αααααααααα", 10), "αααααααααα");
    EXPECT_EQ(shortened(std::string(1 << 20, '\xff'), 4), "??…?");
    const std::string long_text(10 << 20, 'A');
    EXPECT_EQ(shown(long_text), fmt::format("{:A<26}…{:A<13}", "", ""));
}

TEST(ErrorLine, StaysShortWhateverItQuotes) {
    const std::string long_text(1 << 20, 'A');
    const std::string line =
        request_error("bad value '" + long_text + "'", long_text + ".json", long_text, long_text).what();
    EXPECT_LT(line.size(), 1700U);
    EXPECT_TRUE(line.starts_with("bad value 'AAA")) << line;
    EXPECT_NE(line.find("A' (AAA"), std::string::npos) << line;
    EXPECT_NE(line.find("A.json): AAA"), std::string::npos) << line;
    EXPECT_EQ(std::string(request_error("a\x1b", "b\nc", "d\t", "e").what()), "a? (b c): d ; e");
}

TEST(NearestName, LeavesLongNamesAlone) {
    const std::string long_name(1 << 20, 'd');
    const std::string_view names[] = {"ddim", "ddpm"};
    EXPECT_EQ(nearest_name(long_name, names), "");
    EXPECT_EQ(nearest_name("ddmi", names), "ddim");
}

TEST(Text, FieldsBecomeFlagsOfTheCommandLine) {
    EXPECT_EQ(with_flags("too few (`sampler.order`): give `steps` 4, or `process.T`"),
              "too few (--sampler.order): give --steps 4, or --process.T");
    EXPECT_EQ(with_flags("`steps`"), "--steps");
    EXPECT_EQ(with_flags("pass `frame-log` on"), "pass --frame-log on");
    EXPECT_EQ(with_flags("``steps``"), "`--steps`");
    for (const char* const kept : {"", "`", "``", "a`", "`a b`", "`a", "write it with `scorefield train`", "`a'b`"}) {
        EXPECT_EQ(with_flags(kept), kept);
    }
}

}  // namespace
}  // namespace scorefield::base
