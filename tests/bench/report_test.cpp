#include "bench/report.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "base/scratch.hpp"

namespace scorefield::bench {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Report report() {
    return {.machine = {"host", "host", "A processor", "avx2", 2},
            .rounds = 7,
            .results = {{"ceiling", "flop", 100, 0.1, 0.2, 0.30000000000000004, 1000},
                        {"part", "flop", 100, 0.4, 0.5, 0.6, 1000},
                        {"draws", "normal", 30, 0.1, 0.2, 0.3, 0}}};
}

class ReportTest : public ::testing::Test {
  protected:
    std::filesystem::path write(const std::string& text) {
        std::ofstream(folder_ / "old.json") << text;
        return folder_ / "old.json";
    }

    /// Why the report is refused with this change; empty: it is not.
    std::string refusal(const json& patch) {
        json root = json::parse(to_json(report()));
        return refusal_of_text(root.patch(patch).dump());
    }

    std::string refusal_of_text(const std::string& text) {
        try {
            read_report(write(text));
        } catch (const base::Error& error) {
            EXPECT_EQ(error.exit_status(), 2);
            EXPECT_THAT(error.what(), AllOf(HasSubstr("no benchmark report"), HasSubstr("old.json"),
                                            HasSubstr("scorefield bench `json`")));
            return error.what();
        }
        return {};
    }

    std::string refusal_of(const std::string& path, const json& value) {
        return refusal({{{"op", "replace"}, {"path", path}, {"value", value}}});
    }
    std::string refusal_without(const std::string& path) { return refusal({{{"op", "remove"}, {"path", path}}}); }

    base::ScratchFolder folder_;
};

TEST_F(ReportTest, IsReadAsItWasWritten) {
    EXPECT_EQ(read_report(write(to_json(report()))), report());
    Report vulkan = report();
    vulkan.machine = {"vulkan", "A GPU", "", "", 0};
    EXPECT_EQ(read_report(write(to_json(vulkan))), vulkan);
}

TEST_F(ReportTest, HoldsWhatTheCommandLinePromises) {
    const json root = json::parse(to_json(report()));
    EXPECT_EQ(root["engine"], "host");
    EXPECT_EQ(root["device"], "host");
    EXPECT_EQ(root["instruction_set"], "avx2");
    EXPECT_EQ(root["threads"], 2);
    EXPECT_FALSE(root.contains("only_in_old"));
    const json& part = root["cases"][1];
    EXPECT_EQ(part["name"], "part");
    EXPECT_EQ(part["seconds"], json({{"min", 0.4}, {"median", 0.5}, {"max", 0.6}}));
    EXPECT_EQ(part["work"], 100);
    EXPECT_EQ(part["unit"], "flop");
    EXPECT_EQ(part["rate"], 200);
    EXPECT_EQ(part["best_rate"], 250);
    EXPECT_EQ(part["device_peak"], 1000);
    EXPECT_EQ(part["fraction_of_peak"], 0.25);
    EXPECT_FALSE(part.contains("change"));
    EXPECT_TRUE(root["cases"][2]["device_peak"].is_null());
    EXPECT_TRUE(root["cases"][2]["fraction_of_peak"].is_null());
}

TEST_F(ReportTest, TellsWhatChanged) {
    Report now = report();
    now.results[0].min_seconds = now.results[0].median_seconds = now.results[0].max_seconds = 0.8;
    now.results[2].name = "other draws";
    const Comparison comparison = compare(now.results, report().results, "old.json");
    const json root = json::parse(to_json(now, &comparison));
    EXPECT_EQ(root["compared_with"], "old.json");
    EXPECT_THAT(root["only_in_old"], ElementsAre("draws"));
    EXPECT_EQ(root["cases"][0]["old_median"], 0.2);
    EXPECT_EQ(root["cases"][0]["change"], "slower");
    EXPECT_EQ(root["cases"][1]["old_median"], 0.5);
    EXPECT_EQ(root["cases"][1]["change"], "none");
    EXPECT_TRUE(root["cases"][2]["old_median"].is_null());
    EXPECT_EQ(root["cases"][2]["change"], "new");
    const std::string text = to_text(now, &comparison);
    EXPECT_THAT(text, HasSubstr("compared with old.json"));
    EXPECT_THAT(text, HasSubstr("slower: 200.000 ms before, 4.00 times as long now"));
    EXPECT_THAT(text, HasSubstr("other draws              not in the earlier file"));
    EXPECT_THAT(text, HasSubstr("draws                    only in the earlier file"));
    EXPECT_THAT(text, HasSubstr("1 of 3 cases unchanged"));
}

TEST_F(ReportTest, IsRefusedWhereItIsNoReport) {
    EXPECT_THAT(refusal_of_text("{\"engine\": "), HasSubstr("unexpected end of input"));
    EXPECT_THAT(refusal_of_text("[]"), HasSubstr("field 'engine' is missing"));
    EXPECT_THAT(refusal_without("/device"), HasSubstr("field 'device' is missing"));
    EXPECT_THAT(refusal_without("/instruction_set"), HasSubstr("field 'instruction_set' is missing"));
    EXPECT_THAT(refusal_of("/processor", 3), AllOf(HasSubstr("processor"), HasSubstr("not a string")));
    EXPECT_THAT(refusal_of("/threads", -1), AllOf(HasSubstr("threads"), HasSubstr("out of range")));
    EXPECT_THAT(refusal_of("/cases", 3), AllOf(HasSubstr("cases"), HasSubstr("not an array")));
    EXPECT_THAT(refusal_without("/cases/1/seconds"), AllOf(HasSubstr("cases[1]"), HasSubstr("'seconds' is missing")));
    EXPECT_THAT(refusal_of("/cases/1/seconds/median", "fast"),
                AllOf(HasSubstr("cases[1].seconds.median"), HasSubstr("not a number")));
    EXPECT_THAT(refusal_of("/cases/1/name", "ceiling"), AllOf(HasSubstr("cases[1]"), HasSubstr("comes twice")));
}

TEST_F(ReportTest, IsRefusedWhereNumbersCannotBe) {
    EXPECT_THAT(refusal_of("/cases/1/work", 0), AllOf(HasSubstr("cases[1].work"), HasSubstr("not above 0")));
    EXPECT_THAT(refusal_of("/cases/1/seconds/min", 0), HasSubstr("not 0 < min"));
    EXPECT_THAT(refusal_of("/cases/1/seconds/min", 0.55), HasSubstr("not 0 < min"));
    EXPECT_THAT(refusal_of("/cases/1/seconds/max", 0.45), HasSubstr("not 0 < min"));
    EXPECT_EQ(refusal_of("/cases/1/seconds/max", 0.5), "");
}

TEST_F(ReportTest, IsRefusedWhereThereIsNoFile) {
    try {
        read_report(folder_ / "none.json");
        FAIL() << "taken";
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        EXPECT_THAT(error.what(), HasSubstr("none.json"));
    }
}

}  // namespace
}  // namespace scorefield::bench
