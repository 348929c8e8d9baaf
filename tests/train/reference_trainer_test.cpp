// The host trainer, in single precision, against training written out in double precision.
#include "train/reference_trainer.hpp"

#include "train/host_trainer.hpp"

namespace scorefield::train {
namespace {

class EveryHostTraining : public testing::TestWithParam<ObjectiveCase> {};

// Derivatives are sums over 130 rows, each through a few products and sums of single precision: at worst some dozens of
// roundings of 2⁻²⁴, measured 13.
TEST_P(EveryHostTraining, TakesTheStepsOfTheReference) {
    const CaseBatches batches(reference_settings(GetParam()), GetParam().dim);
    HostTrainer trainer(batches.settings, *batches.data, *batches.process);
    expect_the_steps_of_the_reference(trainer, batches, 64 * 0x1p-24);
}

INSTANTIATE_TEST_SUITE_P(Objectives, EveryHostTraining, testing::ValuesIn(kObjectiveCases), name_of);

}  // namespace
}  // namespace scorefield::train
