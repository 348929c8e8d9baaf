#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "diffusion/scheduler/scheduler.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::FunctionSource;

constexpr int kSamples = 4;
constexpr int kElements = 192;  // of one sample

/// Σ|x| of what the program does to the start values, after a way through its JSON form and without its noise.
double sum_of(const Program& program) {
    const FunctionSource model(kElements,
                               [](double scaled, const Eval& at) { return scaled * at.c_noise / (at.c_noise + 1); });
    const ScoreSource* const sources[] = {&model};
    Program read = program_from_json(to_json(program), "program.json");
    for (Op& op : read.ops) {
        if (auto* blend = std::get_if<Blend>(&op.instruction)) blend->noise.clear();
    }
    std::vector<double> start;
    for (int sample = 0; sample < kSamples; ++sample) {
        for (int e = 0; e < kElements; ++e) start.push_back((e * kSamples + sample) / 768.0 * read.start.scale[0]);
    }
    double sum = 0;
    for (const double x : interpret(read, sources, start, 0, {0, kSamples})) sum += std::abs(x);
    return sum;
}

int noisy_ops(const Program& program) {
    return static_cast<int>(std::ranges::count_if(program.ops, [](const Op& op) {
        const auto* blend = std::get_if<Blend>(&op.instruction);
        return blend != nullptr && !blend->noise.empty();
    }));
}

void expect_agreement(const nlohmann::json& row, const nlohmann::json& config) {
    const Program program = program_from_scheduler(config.dump(), "scheduler_config.json", row["num_inference_steps"]);
    EXPECT_EQ(program.evaluations(), row["evaluations"].get<int>()) << row;
    EXPECT_NEAR(program.start.scale[0] / row["init_noise_sigma"].get<double>(), 1, 1e-6) << row;
    EXPECT_NEAR(sum_of(program) / row["sum_float64"].get<double>(), 1, 1e-9) << row;
    EXPECT_EQ(noisy_ops(program), row.value("noisy_steps", 0)) << row;
}

/// The rows of a file in tests/diffusion/data, from the project's root.
std::vector<nlohmann::json> rows_of(const std::string& name) {
    std::ifstream file("tests/diffusion/data/" + name);
    EXPECT_TRUE(file.is_open()) << name;
    std::vector<nlohmann::json> rows;
    for (std::string line; std::getline(file, line);) rows.push_back(nlohmann::json::parse(line));
    return rows;
}

// The figures are printed with twelve digits. Where σ/α spans many orders of magnitude, 1 − ᾱ and its logarithm lose up
// to four of double's sixteen digits, in an order that is not the library's.
TEST(SchedulerValues, AgreeWithThePublicLibrary) {
    const std::vector<nlohmann::json> rows = rows_of("scheduler_matrix.jsonl");
    EXPECT_EQ(rows.size(), 188U);
    for (const nlohmann::json& row : rows) {
        nlohmann::json config = {{"num_train_timesteps", 1000},
                                 {"beta_start", 1e-4},
                                 {"beta_end", 0.02},
                                 {"beta_schedule", "linear"},
                                 {"_class_name", row["scheduler"]},
                                 {"_diffusers_version", "0.36.0"}};
        config.update(row["config"]);
        expect_agreement(row, config);
    }
}

TEST(SchedulerValues, AgreeInAllOptionsOfEveryClass) {
    const std::vector<nlohmann::json> rows = rows_of("scheduler_options.jsonl");
    std::set<std::string> classes;
    for (const nlohmann::json& row : rows) {
        nlohmann::json config = row["config"];
        config["_class_name"] = row["scheduler"];
        classes.insert(row["scheduler"]);
        expect_agreement(row, config);
    }
    EXPECT_EQ(classes.size(), scheduler_names().size());
}

}  // namespace
}  // namespace scorefield::diffusion
