#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "diffusion/scheduler/scheduler.hpp"
#include "support.hpp"

namespace scorefield::diffusion {
namespace {

using testing_support::FunctionSource;

constexpr const char* kMatrix = "tests/diffusion/data/scheduler_matrix.jsonl";  // from the project's root

/// Σ|x| of what the program does to 768 start values, after a way through its JSON form.
double sum_of(const Program& program) {
    const FunctionSource model(1, [](double scaled, const Eval& at) { return scaled * at.c_noise / (at.c_noise + 1); });
    const ScoreSource* const sources[] = {&model};
    const Program read = program_from_json(to_json(program), "program.json");
    std::vector<double> start;
    for (int i = 0; i < 768; ++i) start.push_back(i / 768.0 * read.init_scale);
    double sum = 0;
    for (const double x : interpret(read, sources, start, 0, {0, 768})) sum += std::abs(x);
    return sum;
}

nlohmann::json config_of(const nlohmann::json& row) {
    nlohmann::json config = {{"num_train_timesteps", 1000},
                             {"beta_start", 1e-4},
                             {"beta_end", 0.02},
                             {"beta_schedule", "linear"},
                             {"_class_name", row["scheduler"]},
                             {"_diffusers_version", "0.36.0"}};
    config.update(row["config"]);
    return config;
}

// The figures are printed with twelve digits; cosine and log-uniform schedules lose up to four of double's sixteen in
// 1 − ᾱ and its logarithms, in an order that is not the library's.
TEST(SchedulerValues, AgreeWithThePublicLibrary) {
    std::ifstream matrix(kMatrix);
    ASSERT_TRUE(matrix.is_open()) << kMatrix;
    int rows = 0;
    for (std::string line; std::getline(matrix, line); ++rows) {
        const nlohmann::json row = nlohmann::json::parse(line);
        const std::string text = config_of(row).dump();
        const Program program = program_from_scheduler(text, "scheduler_config.json", row["num_inference_steps"]);
        EXPECT_EQ(program.evaluations(), row["evaluations"].get<int>()) << line;
        EXPECT_NEAR(program.init_scale / row["init_noise_sigma"].get<double>(), 1, 1e-6) << line;
        EXPECT_NEAR(sum_of(program) / row["sum_float64"].get<double>(), 1, 1e-9) << line;
    }
    EXPECT_EQ(rows, 188);
}

}  // namespace
}  // namespace scorefield::diffusion
