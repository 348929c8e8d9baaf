// What is made of measurements, on cases that take as long as they are told.
#include "bench/benchmark.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace scorefield::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Writes down when it is checked and measured.
class Told final : public Case {
  public:
    Told(std::string name, Bound bound, bool is_ceiling, std::vector<double> seconds, std::vector<std::string>& log)
        : name_(std::move(name)), bound_(bound), is_ceiling_(is_ceiling), seconds_(std::move(seconds)), log_(log) {}

    std::string name() const override { return name_; }
    double work() const override { return 12; }
    std::string_view unit() const override { return "flop"; }
    Bound bound() const override { return bound_; }
    bool is_ceiling() const override { return is_ceiling_; }
    void check() override { log_.push_back("check " + name_); }
    double measure() override {
        log_.push_back(name_);
        return seconds_.at(measured_++);
    }

  private:
    std::string name_;
    Bound bound_;
    bool is_ceiling_;
    std::vector<double> seconds_;
    std::size_t measured_ = 0;
    std::vector<std::string>& log_;
};

class BenchmarkTest : public ::testing::Test {
  protected:
    void add(const std::string& name, Bound bound, bool is_ceiling, const std::vector<double>& seconds) {
        cases_.push_back(std::make_unique<Told>(name, bound, is_ceiling, seconds, log_));
    }

    Cases cases_;
    std::vector<std::string> log_;
};

TEST_F(BenchmarkTest, ChecksEveryCaseBeforeItMeasuresAllOfThemInTurn) {
    add("a", Bound::none, false, {1, 1});
    add("b", Bound::none, false, {1, 1});
    std::vector<std::size_t> progress;
    run(cases_, 2, [&](std::size_t done) { progress.push_back(done); });
    EXPECT_THAT(log_, ElementsAre("check a", "check b", "a", "b", "a", "b"));
    EXPECT_THAT(progress, ElementsAre(1, 2, 3, 4));
}

TEST_F(BenchmarkTest, TellsTheShortestTheMedianAndTheLongestTime) {
    add("a", Bound::none, false, {5, 2, 9, 3, 4});
    const Result result = run(cases_, 5).at(0);
    EXPECT_EQ(result.min_seconds, 2);
    EXPECT_EQ(result.median_seconds, 4);
    EXPECT_EQ(result.max_seconds, 9);
    EXPECT_EQ(result.rate(), 3);
    EXPECT_EQ(result.best_rate(), 6);
    EXPECT_EQ(result.device_peak, 0);
}

TEST_F(BenchmarkTest, ComparesEachCaseWithItsOwnCeiling) {
    add("part of the ceiling", Bound::arithmetic, false, {4});
    add("arithmetic", Bound::arithmetic, true, {2});
    add("bandwidth", Bound::bandwidth, true, {3});
    add("copy", Bound::bandwidth, false, {6});
    add("neither", Bound::none, false, {1});
    const std::vector<Result> results = run(cases_, 1);
    EXPECT_EQ(results[0].device_peak, 6);
    EXPECT_EQ(results[0].fraction_of_peak(), 0.5);
    EXPECT_EQ(results[1].fraction_of_peak(), 1);
    EXPECT_EQ(results[3].device_peak, 4);
    EXPECT_EQ(results[3].fraction_of_peak(), 0.5);
    EXPECT_EQ(results[4].device_peak, 0);
}

std::vector<std::string> names_of(const Cases& cases) {
    std::vector<std::string> names;
    for (const auto& each : cases) names.push_back(each->name());
    return names;
}

TEST_F(BenchmarkTest, MeasuresTheCasesThatAreChosenAndTheCeilings) {
    add("multiply_add", Bound::arithmetic, true, {1});
    add("normals", Bound::none, false, {1});
    add("network_10", Bound::arithmetic, false, {1});
    add("network_20", Bound::arithmetic, false, {1});
    cases_ = chosen(std::move(cases_), {}, "cases");
    EXPECT_EQ(cases_.size(), 4U);
    cases_ = chosen(std::move(cases_), {"work_2", "normals"}, "cases");
    EXPECT_THAT(names_of(cases_), ElementsAre("multiply_add", "normals", "network_20"));
    try {
        cases_ = chosen(std::move(cases_), {"normals", "frame"}, "the field");
        ADD_FAILURE() << "accepted";
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        EXPECT_THAT(error.what(), HasSubstr("unknown case 'frame' (the field)"));
        EXPECT_THAT(error.what(), HasSubstr("network_20"));
    }
}

std::string refusal(double got, double expected, double tolerance) {
    try {
        require_near("case", got, expected, tolerance);
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 1);
        return error.what();
    }
    return {};
}

TEST(RequireNear, RefusesWhatIsOffAndWhatIsNoNumber) {
    EXPECT_EQ(refusal(1, 1.25, 0.25), "");
    EXPECT_EQ(refusal(1.25, 1, 0.25), "");
    EXPECT_THAT(refusal(1, 1.5, 0.25), HasSubstr("got 1, expected 1.5"));
    EXPECT_THAT(refusal(NAN, 1, 0.25), HasSubstr("got nan, expected 1"));
}

}  // namespace
}  // namespace scorefield::bench
