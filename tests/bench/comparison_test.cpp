#include "bench/comparison.hpp"

#include <gmock/gmock.h>

#include <string>

#include "base/error.hpp"

namespace scorefield::bench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result result(const std::string& name, double min, double median, double max, double work = 1) {
    return {.name = name,
            .unit = "flop",
            .work = work,
            .min_seconds = min,
            .median_seconds = median,
            .max_seconds = max,
            .device_peak = 0};
}

CaseChange change(const Result& now, const Result& then) {
    return compare({now}, {then}, "old.json").cases.at(0);
}

TEST(Comparison, IsSlowerBeyondTheSpreadOfBothAndBeyondATenth) {
    const Result then = result("a", 1, 1.1, 1.2);
    const CaseChange slower = change(result("a", 1.21, 1.3, 9), then);
    EXPECT_EQ(slower.change, Change::slower);
    EXPECT_EQ(slower.old_median, 1.1);
    EXPECT_DOUBLE_EQ(slower.ratio, 1.3 / 1.1);
    EXPECT_EQ(change(result("a", 1.2, 1.3, 9), then).change, Change::none) << "the ranges touch";
    EXPECT_EQ(change(result("a", 1.1, 5, 9), then).change, Change::none) << "the ranges overlap";
}

TEST(Comparison, TakesNoNoticeOfATenth) {
    const Result then = result("a", 10, 10, 10);
    EXPECT_EQ(change(result("a", 10.9, 10.9, 10.9), then).change, Change::none);
    EXPECT_EQ(change(result("a", 11.1, 11.1, 11.1), then).change, Change::slower);
    EXPECT_EQ(change(result("a", 9.2, 9.2, 9.2), then).change, Change::none);
    EXPECT_EQ(change(result("a", 9, 9, 9), then).change, Change::faster);
}

TEST(Comparison, IsFasterWhereTheOtherWayRoundWouldBeSlower) {
    const Result slow = result("a", 2, 2.5, 3);
    const Result fast = result("a", 1, 1.5, 1.9);
    EXPECT_EQ(change(fast, slow).change, Change::faster);
    EXPECT_EQ(change(slow, fast).change, Change::slower);
    EXPECT_EQ(change(result("a", 1, 1.5, 2), slow).change, Change::none) << "the ranges touch";
}

TEST(Comparison, NamesCasesThatOnlyOneRunHas) {
    const Comparison comparison = compare({result("kept", 1, 1, 1), result("added", 1, 1, 1)},
                                          {result("gone", 1, 1, 1), result("kept", 1, 1, 1)}, "old.json");
    ASSERT_EQ(comparison.cases.size(), 2U);
    EXPECT_EQ(comparison.cases[0].change, Change::none);
    EXPECT_EQ(comparison.cases[1].change, Change::fresh);
    EXPECT_EQ(comparison.cases[1].old_median, 0);
    EXPECT_THAT(comparison.only_in_old, ElementsAre("gone"));
    EXPECT_EQ(comparison.file, "old.json");
}

TEST(Comparison, DoesNotCompareOtherWork) {
    EXPECT_EQ(change(result("a", 8, 8, 8, 2), result("a", 1, 1, 1, 1)).change, Change::other_work);
    Result bytes = result("a", 8, 8, 8);
    bytes.unit = "byte";
    EXPECT_EQ(change(bytes, result("a", 1, 1, 1)).change, Change::other_work);
}

std::string refusal(const Machine& now, const Machine& then) {
    try {
        require_same_machine(now, then, "old.json");
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), 2);
        return error.what();
    }
    return {};
}

TEST(Comparison, RefusesAnotherMachineAndSaysInWhatItDiffers) {
    const Machine here = {"host", "host", "A processor", "avx2", 2};
    EXPECT_EQ(refusal(here, here), "");
    Machine there = here;
    there.threads = 4;
    EXPECT_THAT(refusal(here, there), AllOf(HasSubstr("old.json"), HasSubstr("number of threads is 4, here it is 2")));
    there = here;
    there.instruction_set = "avx512";
    EXPECT_THAT(refusal(here, there), HasSubstr("instruction set is avx512, here it is avx2"));
    there = here;
    there.processor = "";
    EXPECT_THAT(refusal(here, there), HasSubstr("processor is unknown, here it is A processor"));
    there = {"vulkan", "A GPU", "", "", 0};
    EXPECT_THAT(refusal(here, there), HasSubstr("engine is vulkan, here it is host"));
    const Machine other_gpu = {"vulkan", "Another GPU", "", "", 0};
    EXPECT_THAT(refusal(there, other_gpu), HasSubstr("device is Another GPU, here it is A GPU"));
}

}  // namespace
}  // namespace scorefield::bench
