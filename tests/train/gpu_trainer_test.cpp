// Training on the GPU against the host's: the same batches, the same steps, up to rounding.
#include "train/gpu_trainer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "../gpu/gpu_fixture.hpp"
#include "base/error.hpp"
#include "train/host_trainer.hpp"
#include "train/small_settings.hpp"

namespace scorefield::train {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class GpuTrainerTest : public gpu::GpuTest, public ::testing::WithParamInterface<std::size_t> {
  protected:
    /// A trainer with all that it refers to.
    template <class Kind>
    struct Experiment {
        TrainSpec settings;
        std::unique_ptr<data::Dataset> dataset;
        std::shared_ptr<const diffusion::NoiseProcess> process;
        std::unique_ptr<Kind> trainer;

        explicit Experiment(const TrainSpec& wanted)
            : settings(wanted),
              dataset(data::open_dataset(wanted.data)),
              process(diffusion::make_process(wanted.process)) {
            if constexpr (std::is_same_v<Kind, GpuTrainer>) {
                trainer = std::make_unique<GpuTrainer>(device(), settings, *dataset, *process);
            } else {
                trainer = std::make_unique<HostTrainer>(settings, *dataset, *process);
            }
        }
    };
};

// Batches of 300 rows read their times from the table of 50 levels, those of 33 rows have times of their own, and one
// row alone shares its time with nobody. Rounding of 2⁻²⁴ in the gradients moves a weight by as much of the rate,
// except where Adam divides noise by itself: those weights hardly matter. Measured on the losses: 2.4e-7; another batch
// differs by 0.05.
TEST_P(GpuTrainerTest, TakesTheStepsOfTheHost) {
    TrainSpec settings = small_settings();
    settings.batch = GetParam();
    settings.warmup = 0;
    Experiment<GpuTrainer> gpu(settings);
    Experiment<HostTrainer> host(settings);
    gpu.trainer->advance(20);
    host.trainer->advance(20);
    const std::vector<StepReport> on_gpu = gpu.trainer->reports(true);
    const std::vector<StepReport> on_host = host.trainer->reports(true);
    ASSERT_EQ(on_gpu.size(), 20U);
    for (std::size_t i = 0; i < on_gpu.size(); ++i) {
        EXPECT_EQ(on_gpu[i].step, i);
        EXPECT_EQ(on_gpu[i].learning_rate, on_host[i].learning_rate);
        EXPECT_NEAR(on_gpu[i].loss, on_host[i].loss, 1e-5) << "step " << i;
    }
    EXPECT_NEAR(held_out_loss(*gpu.trainer, 10'000), held_out_loss(*host.trainer, 10'000), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Batches, GpuTrainerTest, testing::Values(300, 33, 1));

TEST_F(GpuTrainerTest, ReducesTheLoss) {
    TrainSpec settings = small_settings();
    settings.steps = 300;
    Experiment<GpuTrainer> experiment(settings);
    const double before = held_out_loss(*experiment.trainer, 20'000);
    EXPECT_NEAR(before, 1, 0.03);  // E ε²: a mean of 40 000 squares has a standard error of 0.007
    experiment.trainer->advance(settings.steps);
    experiment.trainer->reports(true);
    EXPECT_LT(held_out_loss(*experiment.trainer, 20'000), 0.6 * before);
}

TEST_F(GpuTrainerTest, GivesTheSameBitsHoweverManyStepsAreBegunAtATime) {
    data::TensorMap first;
    for (const std::uint64_t at_once : {1U, 3U, 24U}) {
        Experiment<GpuTrainer> experiment(small_settings());
        std::vector<StepReport> reports;
        for (std::uint64_t done = 0; done < 24; done += at_once) {
            experiment.trainer->advance(at_once);
            for (const StepReport& report : experiment.trainer->reports(false)) reports.push_back(report);
        }
        for (const StepReport& report : experiment.trainer->reports(true)) reports.push_back(report);
        ASSERT_EQ(reports.size(), 24U);
        for (std::size_t i = 0; i < reports.size(); ++i) EXPECT_EQ(reports[i].step, i);
        const data::TensorMap weights = experiment.trainer->averaged_weights();
        if (first.empty()) first = weights;
        EXPECT_EQ(weights, first) << at_once << " at a time";
    }
}

TEST_F(GpuTrainerTest, GivesTheSameBitsWhenStepsAreSpreadOverRecordings) {
    Experiment<GpuTrainer> whole(small_settings());
    whole.trainer->advance(6);
    const TrainingState expected = whole.trainer->state();
    for (const double share : {0.0, 0.3, 2.5}) {
        Experiment<GpuTrainer> spread(small_settings());
        GpuTrainer& trainer = *spread.trainer;
        gpu::Recorder recorder(device(), "frame");
        std::vector<StepReport> reports;
        while (trainer.steps() < 5) {
            recorder.begin();
            const double wanted = share * trainer.step_operations();
            EXPECT_GE(trainer.record_some(recorder, wanted), wanted);
            const gpu::Submission submission = device().submit(recorder);
            trainer.submitted(submission);
            device().wait(submission);
            for (const StepReport& report : trainer.reports(false)) reports.push_back(report);
        }
        trainer.advance(6 - trainer.steps());
        EXPECT_EQ(trainer.state(), expected) << "share " << share;
        for (const StepReport& report : trainer.reports(true)) reports.push_back(report);
        ASSERT_EQ(reports.size(), 6U);
        for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(reports[i].step, i);
    }
}

// The GPU keeps the figures of 64 steps, and there are fewer read-backs than submissions here.
TEST_F(GpuTrainerTest, ReportsEveryStepHoweverLateItIsAsked) {
    constexpr std::uint64_t kReported = 150;
    std::vector<double> expected;
    Experiment<GpuTrainer> asked(small_settings());
    for (std::uint64_t step = 0; step < kReported; ++step) {
        asked.trainer->advance(1);
        for (const StepReport& report : asked.trainer->reports(true)) expected.push_back(report.loss);
    }
    Experiment<GpuTrainer> late(small_settings());
    gpu::Recorder recorder(device(), "frame");
    for (int frame = 0; frame < 10; ++frame) {
        recorder.begin();
        late.trainer->record_some(recorder, 2 * late.trainer->step_operations());
        const gpu::Submission submission = device().submit(recorder);
        late.trainer->submitted(submission);
        device().wait(submission);
    }
    late.trainer->advance(kReported - late.trainer->steps());
    std::vector<double> losses;
    for (const StepReport& report : late.trainer->reports(true)) {
        EXPECT_EQ(report.step, losses.size());
        losses.push_back(report.loss);
    }
    EXPECT_EQ(losses, expected);
}

// A frame asks for little: no dispatch, however many rows it has, is much longer. What is not cut any further are a
// workgroup's rows, of all devices at most 512: of the dispatches here those of targets are the longest.
TEST_F(GpuTrainerTest, GivesTheSameBitsWhenLongDispatchesAreCut) {
    TrainSpec settings = small_settings();
    settings.process = {.name = "ve"};
    settings.prediction = diffusion::Prediction::score;
    settings.objective.name = "esm";
    settings.objective.points = 300;
    settings.batch = 3000;
    mlp_of(settings).width = 64;
    Experiment<GpuTrainer> whole(settings);
    whole.trainer->advance(2);
    Experiment<GpuTrainer> cut(settings);
    GpuTrainer& trainer = *cut.trainer;
    gpu::Recorder recorder(device(), "frame");
    constexpr double kWanted = 3e6;
    constexpr double kWorkgroup = 512 * 25 * 300;
    int frames = 0;
    for (; trainer.steps() < 2; ++frames) {
        recorder.begin();
        EXPECT_LE(trainer.record_some(recorder, kWanted), kWanted + kWorkgroup);
        const gpu::Submission submission = device().submit(recorder);
        trainer.submitted(submission);
        device().wait(submission);
    }
    EXPECT_GT(frames, 2 * trainer.step_operations() / (kWanted + kWorkgroup));
    EXPECT_EQ(trainer.state(), whole.trainer->state());
}

TEST_F(GpuTrainerTest, RecordsNoStepsBeyondTheLast) {
    TrainSpec settings = small_settings();
    settings.steps = 5;
    Experiment<GpuTrainer> experiment(settings);
    GpuTrainer& trainer = *experiment.trainer;
    gpu::Recorder recorder(device(), "frame");
    const auto record = [&](double steps) {
        recorder.begin();
        const double done = trainer.record_some(recorder, steps * trainer.step_operations());
        const gpu::Submission submission = device().submit(recorder);
        trainer.submitted(submission);
        device().wait(submission);
        return done / trainer.step_operations();
    };
    EXPECT_NEAR(record(3.5), 3.5, 1);
    EXPECT_LE(record(40), 2);
    EXPECT_EQ(trainer.steps(), 5U);
    EXPECT_EQ(record(40), 0);
    EXPECT_EQ(trainer.steps(), 5U);
    EXPECT_EQ(trainer.reports(true).size(), 5U);
}

TEST_F(GpuTrainerTest, GoesOnFromAStateAsIfItHadNeverStopped) {
    Experiment<GpuTrainer> whole(small_settings());
    whole.trainer->advance(9);
    Experiment<GpuTrainer> begun(small_settings());
    begun.trainer->advance(4);
    Experiment<GpuTrainer> resumed(small_settings());
    resumed.trainer->advance(2);
    resumed.trainer->restore(begun.trainer->state());
    EXPECT_EQ(resumed.trainer->state(), begun.trainer->state());
    resumed.trainer->advance(5);
    EXPECT_EQ(resumed.trainer->state(), whole.trainer->state());
    const std::vector<StepReport> reports = resumed.trainer->reports(true);
    ASSERT_EQ(reports.size(), 5U);
    EXPECT_EQ(reports.front().step, 4U);
}

TEST_F(GpuTrainerTest, ClipsTheGradientAtItsNorm) {
    // As HostTrainer.ClipsTheGradientAtItsNorm.
    TrainSpec settings = small_settings();
    settings.clip = 1e-8;
    settings.warmup = 0;
    Experiment<GpuTrainer> experiment(settings);
    const data::TensorMap before = experiment.trainer->averaged_weights();
    experiment.trainer->advance(1);
    double square = 0;
    for (const auto& [name, tensor] : experiment.trainer->averaged_weights()) {
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            const double moved = static_cast<double>(tensor.values[i]) - static_cast<double>(before.at(name).values[i]);
            const double part = std::abs(moved) / (0.9 * settings.learning_rate);
            square += std::pow(1e-8 * part / (1 - part), 2);
        }
    }
    EXPECT_NEAR(std::sqrt(square), 1e-8, 1e-10);
}

TEST_F(GpuTrainerTest, KeepsTheWeightsFromBeforeItDiverged) {
    TrainSpec settings = small_settings();
    settings.learning_rate = 10;
    settings.warmup = 0;
    settings.clip = 0;
    std::uint64_t diverged = 0;
    {
        Experiment<GpuTrainer> experiment(settings);
        experiment.trainer->advance(40);
        const std::vector<StepReport> reports = experiment.trainer->reports(true);
        const auto found = std::ranges::find_if(reports, [](const StepReport& report) { return !converges(report); });
        ASSERT_NE(found, reports.end());
        diverged = found->step;
        EXPECT_THAT([&] { require_convergence(*found, settings); },
                    ThrowsMessage<base::Error>(AllOf(HasSubstr("step "), HasSubstr("`train.learning_rate`"))));
    }
    data::TensorMap before;
    for (const std::uint64_t steps : {diverged, diverged + 1, std::uint64_t{40}}) {
        Experiment<GpuTrainer> experiment(settings);
        experiment.trainer->advance(steps);
        const data::TensorMap weights = experiment.trainer->averaged_weights();
        if (before.empty()) before = weights;
        EXPECT_EQ(weights, before) << steps << " steps";
    }
}

TEST_F(GpuTrainerTest, RefusesBatchesThatDoNotFit) {
    TrainSpec settings = small_settings();
    settings.batch = kMaxBatch;
    mlp_of(settings).width = 1024;
    mlp_of(settings).depth = 8;
    EXPECT_THAT([&] { Experiment<GpuTrainer>{settings}; }, ThrowsMessage<base::Error>(HasSubstr("`train.batch`")));
}

}  // namespace
}  // namespace scorefield::train
