#include "bench/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace scorefield::bench {
namespace {

using nlohmann::json;

Report report() {
    return {.machine = {"host", "host", "A processor", "avx2", 2},
            .rounds = 7,
            .results = {{"ceiling", "flop", 100, 0.1, 0.2, 0.30000000000000004, 1000},
                        {"part", "flop", 100, 0.4, 0.5, 0.6, 1000},
                        {"draws", "normal", 30, 0.1, 0.2, 0.3, 0}}};
}

TEST(Report, HoldsWhatTheCommandLinePromises) {
    const json root = json::parse(to_json(report()));
    EXPECT_EQ(root["engine"], "host");
    EXPECT_EQ(root["device"], "host");
    EXPECT_EQ(root["instruction_set"], "avx2");
    EXPECT_EQ(root["threads"], 2);
    const json& part = root["cases"][1];
    EXPECT_EQ(part["name"], "part");
    EXPECT_EQ(part["seconds"], json({{"min", 0.4}, {"median", 0.5}, {"max", 0.6}}));
    EXPECT_EQ(part["work"], 100);
    EXPECT_EQ(part["unit"], "flop");
    EXPECT_EQ(part["rate"], 200);
    EXPECT_EQ(part["best_rate"], 250);
    EXPECT_EQ(part["device_peak"], 1000);
    EXPECT_EQ(part["fraction_of_peak"], 0.25);
    EXPECT_TRUE(root["cases"][2]["device_peak"].is_null());
    EXPECT_TRUE(root["cases"][2]["fraction_of_peak"].is_null());
}

}  // namespace
}  // namespace scorefield::bench
