#include "data/json.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace scorefield::data {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const std::string& text, const JsonLimits& limits = {}) {
    try {
        parse_json(text, limits);
    } catch (const JsonError& error) {
        return error.what();
    }
    return "accepted";
}

std::string repeated(const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
}

TEST(Json, ReadsWhatTheLibraryReads) {
    const std::string text =
        R"( {"a": [1, -2, 2.5, true, null, "\u00e4"], "b": {"c": {}, "d": []}, "": 18446744073709551615} )";
    EXPECT_EQ(parse_json(text), json::parse(text));
    EXPECT_EQ(parse_json("3"), json(3));
    EXPECT_EQ(parse_json("[[],[[1]],{}]"), json::parse("[[],[[1]],{}]"));
}

TEST(Json, LimitsHowDeepValuesAreNested) {
    EXPECT_EQ(refusal(repeated("[", 64) + repeated("]", 64)), "accepted");
    EXPECT_EQ(refusal(repeated("[", 65) + repeated("]", 65)), "nested more than 64 deep");
    EXPECT_EQ(refusal(repeated("{\"a\":", 65) + "1" + repeated("}", 65)), "nested more than 64 deep");
    EXPECT_EQ(refusal(std::string(1 << 22, '[')), "nested more than 64 deep");
}

TEST(Json, LimitsHowManyValuesThereAre) {
    const JsonLimits limits = {.values = 5};
    EXPECT_EQ(refusal("[1,2,3,4]", limits), "accepted");
    EXPECT_EQ(refusal("[1,2,3,4,5]", limits), "it holds more than 5 values");
    EXPECT_EQ(refusal(R"({"a":1,"b":2})", limits), "accepted");
    EXPECT_EQ(refusal(R"({"a":1,"b":2,"c":3})", limits), "it holds more than 5 values");
}

TEST(Json, RefusesTextAfterTheEndAndKeysThatComeTwice) {
    EXPECT_THAT(refusal("{} x"), HasSubstr("line 1, column 4"));
    EXPECT_THAT(refusal("[1] [2]"), HasSubstr("expected end of input"));
    EXPECT_EQ(refusal(std::string("{}\0 x", 5)), "it contains a zero byte");
    EXPECT_EQ(refusal(R"({"a": 1, "b": {"a": 2}, "a": 3})"), "'a' comes twice");
    EXPECT_EQ(refusal(R"({"b": {"x": 1, "x": 1}})"), "'x' comes twice");
    EXPECT_NE(refusal(""), "accepted");
    EXPECT_NE(refusal("[1,]"), "accepted");
    EXPECT_NE(refusal("1e400"), "accepted");
    EXPECT_NE(refusal("\"\xff\""), "accepted");
}

TEST(Json, SaysWhatIsWrongInFewPrintableWords) {
    for (const std::string& text :
         {"[\"" + std::string(1 << 20, 'A'), std::string(1 << 20, 'x'), "{\"" + std::string(1 << 20, 'k') + "\" 1}",
          std::string(1 << 20, '9') + "e999", "[\"\x1b[31m" + std::string(300, 'A') + "\n\"]"}) {
        const std::string message = refusal(text);
        EXPECT_LT(message.size(), 400U) << message;
        EXPECT_EQ(message.find('\x1b'), std::string::npos);
        EXPECT_NE(message, "accepted");
    }
    const std::string key(1 << 20, 'k');
    EXPECT_LT(refusal("{\"" + key + "\":1,\"" + key + "\":1}").size(), 100U);
}

TEST(Json, HandsOnTheElementsOfALongArray) {
    std::vector<std::string> elements;
    const TakeElement take = [&](std::size_t index, const json& element) {
        EXPECT_EQ(index, elements.size());
        elements.push_back(element.dump());
    };
    const std::string text = R"({"a":[9],"list":[1,{"x":[2]},[],[[3]],"y"],"b":{"list":[4]},"c":5})";
    EXPECT_EQ(parse_json(text, "list", take), json::parse(R"({"a":[9],"list":[],"b":{"list":[4]},"c":5})"));
    EXPECT_THAT(elements, ElementsAre("1", R"({"x":[2]})", "[]", "[[3]]", "\"y\""));
    elements.clear();
    EXPECT_EQ(parse_json(R"({"list":{"list":[1]}})", "list", take), json::parse(R"({"list":{"list":[1]}})"));
    EXPECT_EQ(parse_json("[[1]]", "list", take), json::parse("[[1]]"));
    EXPECT_TRUE(elements.empty());
    // The limit on values holds for each element alone.
    const std::string many = "{\"list\":[" + repeated("[1],", 1000) + "[1]]}";
    parse_json(many, "list", take, {.values = 8});
    EXPECT_EQ(elements.size(), 1001U);
    EXPECT_THROW(parse_json(R"({"list":[[1,2,3,4,5,6,7,8]]})", "list", take, {.values = 8}), JsonError);
}

}  // namespace
}  // namespace scorefield::data
