#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "data/npy.hpp"
#include "model/network_score.hpp"
#include "tests/base/scratch.hpp"
#include "train/host_trainer.hpp"
#include "train/small_settings.hpp"
#include "train/train.hpp"

namespace scorefield::train {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A trainer with all that it refers to.
struct Experiment {
    TrainSpec settings;
    std::unique_ptr<data::Dataset> dataset;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    HostTrainer trainer;

    explicit Experiment(const TrainSpec& wanted)
        : settings(wanted),
          dataset(data::open_dataset(wanted.data)),
          process(diffusion::make_process(wanted.process)),
          trainer(settings, *dataset, *process) {}
};

TEST(HostTrainer, StartsAtTheLossOfAnOutputOfZero) {
    Experiment experiment(small_settings());
    // E ε² = 1; a mean of 400 000 squares has a standard error of 0.0022.
    EXPECT_NEAR(held_out_loss(experiment.trainer, 200'000), 1, 0.01);
}

TEST(HostTrainer, ReducesTheLossOfEveryPrediction) {
    // Most of ε at the noisy levels and of x_0 at the others can be read off x itself. Of v it tells nothing if the
    // data are Gaussian with unit variance: only the moons' shape remains to be learnt.
    struct Case {
        diffusion::Prediction prediction;
        double remaining;
    };
    for (const auto& [prediction, remaining] : {Case{diffusion::Prediction::epsilon, 0.6},
                                                {diffusion::Prediction::x0, 0.6},
                                                {diffusion::Prediction::v, 0.95}}) {
        TrainSpec settings = small_settings();
        settings.prediction = prediction;
        settings.objective.name = objective_name(natural_objective(prediction));
        Experiment experiment(settings);
        const double before = held_out_loss(experiment.trainer, 20'000);
        for (std::uint64_t step = 0; step < settings.steps; ++step) {
            EXPECT_EQ(experiment.trainer.step().step, step);
        }
        EXPECT_EQ(experiment.trainer.steps(), settings.steps);
        EXPECT_LT(held_out_loss(experiment.trainer, 20'000), remaining * before)
            << diffusion::prediction_name(prediction);
    }
}

TEST(HostTrainer, ApproachesTheLeastPossibleLoss) {
    // Points ±1 in equal numbers, nearly pure noise at both levels: alpha² = 0.01 and 0.0001. For small alpha the least
    // loss E(ε − E[ε|x])² is alpha²/(alpha² + sigma²): 0.00505 on average over the levels.
    const base::ScratchFolder folder;
    const fs::path path = folder / "two_points.npy";
    data::write_npy(path, {2, 1}, std::vector<float>{-1, 1});
    TrainSpec settings = small_settings();
    settings.data = path.string();
    settings.process.beta_start = 0.99;
    settings.process.beta_end = 0.99;
    settings.process.horizon = 2;
    Experiment experiment(settings);
    for (std::uint64_t step = 0; step < settings.steps; ++step) experiment.trainer.step();
    const double loss = held_out_loss(experiment.trainer, 100'000);
    EXPECT_LT(loss, 0.0075);  // half more: the network is still learning
    EXPECT_GT(loss, 0.0049);  // below the least loss only by its standard error of 5e-5
}

TEST(HostTrainer, MeasuresTheAveragedWeightsOnTheHeldOutDraws) {
    Experiment experiment(small_settings());
    for (int step = 0; step < 30; ++step) experiment.trainer.step();
    constexpr std::size_t kDraws = 10'000;  // more than are evaluated at a time
    base::ThreadPool pool(2);
    Batch batch;
    BatchSource(*experiment.dataset, *experiment.process, experiment.settings).draw_held_out(pool, 0, kDraws, batch);
    const model::NetworkScore score(experiment.trainer.network(), experiment.trainer.averaged_weights(), "test");
    double sum = 0;
    for (std::size_t i = 0; i < kDraws; ++i) {
        const double x[] = {static_cast<double>(batch.x[2 * i]), static_cast<double>(batch.x[2 * i + 1])};
        double output[2] = {};
        diffusion::Eval at;
        at.c_noise = static_cast<double>(batch.times[i]);
        score.evaluate(x, at, output);
        for (std::size_t c = 0; c < 2; ++c)
            sum += std::pow(output[c] - static_cast<double>(batch.target[2 * i + c]), 2);
    }
    // Single precision throughout: sums of 10^4 squares in blocks.
    EXPECT_NEAR(held_out_loss(experiment.trainer, kDraws), sum / (2 * kDraws), 2e-6);
}

TEST(HostTrainer, ClipsTheGradientAtItsNorm) {
    // The first step of Adam moves a weight by rate·g/(g + 1e-8), which tells g where it is that small; the average
    // takes nine tenths of it.
    TrainSpec settings = small_settings();
    settings.clip = 1e-8;
    settings.warmup = 0;
    Experiment experiment(settings);
    const data::TensorMap before = experiment.trainer.averaged_weights();
    experiment.trainer.step();
    double square = 0;
    for (const auto& [name, tensor] : experiment.trainer.averaged_weights()) {
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            const double moved = static_cast<double>(tensor.values[i]) - static_cast<double>(before.at(name).values[i]);
            const double part = std::abs(moved) / (0.9 * settings.learning_rate);
            square += std::pow(1e-8 * part / (1 - part), 2);
        }
    }
    // Weights of order 0.1 show moves of 1e-2 to one part in 1e5 or better.
    EXPECT_NEAR(std::sqrt(square), 1e-8, 1e-10);
}

TEST(HostTrainer, GivesTheSameWeightsForAnyNumberOfThreads) {
    data::TensorMap first;
    for (const std::size_t threads : {1U, 2U, 5U}) {
        TrainSpec settings = small_settings();
        settings.threads = threads;
        Experiment experiment(settings);
        for (int step = 0; step < 20; ++step) experiment.trainer.step();
        const data::TensorMap weights = experiment.trainer.averaged_weights();
        if (first.empty()) first = weights;
        EXPECT_EQ(weights, first) << threads << " threads";
    }
    TrainSpec settings = small_settings();
    settings.seed = 1;
    Experiment experiment(settings);
    for (int step = 0; step < 20; ++step) experiment.trainer.step();
    EXPECT_NE(experiment.trainer.averaged_weights(), first);
}

TEST(HostTrainer, GoesOnFromAStateAsIfItHadNeverStopped) {
    Experiment whole(small_settings());
    whole.trainer.advance(9);
    Experiment begun(small_settings());
    EXPECT_EQ(begun.trainer.state().first.size(), begun.trainer.state().weights.size());
    begun.trainer.advance(4);
    Experiment resumed(small_settings());
    resumed.trainer.advance(2);
    resumed.trainer.restore(begun.trainer.state());
    EXPECT_EQ(resumed.trainer.state(), begun.trainer.state());
    resumed.trainer.advance(5);
    EXPECT_EQ(resumed.trainer.state(), whole.trainer.state());
    const std::vector<StepReport> reports = resumed.trainer.reports(true);
    ASSERT_EQ(reports.size(), 5U);
    EXPECT_EQ(reports.front().step, 4U);
    TrainingState other = whole.trainer.state();
    other.first.pop_back();
    EXPECT_THROW(resumed.trainer.restore(other), std::logic_error);
}

TEST(HostTrainer, StopsWhenItDivergesAndSaysWhatToChange) {
    TrainSpec settings = small_settings();
    settings.learning_rate = 1e15;
    settings.warmup = 0;
    settings.clip = 0;
    Experiment experiment(settings);
    const auto run = [&] {
        for (int step = 0; step < 10; ++step) require_convergence(experiment.trainer.step(), settings);
    };
    EXPECT_THAT(run, ThrowsMessage<base::Error>(AllOf(HasSubstr("step "), HasSubstr("`train.learning_rate`"))));
}

TEST(HostTrainer, StopsAtALossThatIsFiniteButHopeless) {
    TrainSpec settings = small_settings();
    settings.learning_rate = 10;
    settings.warmup = 0;
    settings.clip = 0;
    Experiment experiment(settings);
    const auto run = [&] {
        for (int step = 0; step < 30; ++step) require_convergence(experiment.trainer.step(), settings);
    };
    EXPECT_THAT(run, ThrowsMessage<base::Error>(HasSubstr("the loss is ")));
}

/// One point, far off in the units that its own scaling declares.
class FarPoint final : public data::Dataset {
  public:
    std::string name() const override { return "far"; }
    std::size_t dim() const override { return 1; }
    data::Points draw(std::uint64_t, std::uint64_t, std::size_t count) const override {
        return {count, 1, std::vector<float>(count, 1e10F)};
    }
    data::Spread spread() const override { return {{0}, {1}, 1}; }
};

class LoudProcess final : public diffusion::NoiseProcess {
  public:
    std::string_view name() const override { return "loud"; }
    diffusion::TimeRange times() const override { return {0, 0, 9, true}; }
    diffusion::Marginal marginal(double) const override { return {1e23, 1}; }
    diffusion::LinearSde sde(double) const override { return {}; }
    double time_at(double) const override { return 0; }
    double prior_scale() const override { return 1; }
    diffusion::Variable variable() const override { return diffusion::Variable::time; }
    double clock(double t) const override { return t / 9; }
    double corrector_scale(double, int) const override { return 1; }
};

TEST(HostTrainer, StopsWhenOnlyTheGradientIsNotFinite) {
    // The output starts at 0, so the loss is 1e20; the output layer's gradient is the error, 1e10, times activations of
    // order 1e33, which single precision does not hold.
    for (const double clip : {0.0, 1.0}) {
        TrainSpec settings = small_settings();
        settings.prediction = diffusion::Prediction::x0;
        settings.objective.name = "x0";
        settings.clip = clip;
        const FarPoint data;
        const LoudProcess process;
        HostTrainer trainer(settings, data, process);
        EXPECT_THAT([&] { require_convergence(trainer.step(), settings); },
                    ThrowsMessage<base::Error>(AllOf(HasSubstr("step 0"), HasSubstr("the gradient is not finite"))))
            << "clip " << clip;
    }
}

class TrainFiles : public testing::Test {
  protected:
    const base::ScratchFolder folder;
};

TEST_F(TrainFiles, HoldTheNetworkAndTheLog) {
    TrainSpec settings = small_settings();
    settings.steps = 25;
    settings.save_every = 10;
    settings.out = folder / "model.safetensors";
    settings.log = folder / "log.csv";
    std::vector<std::string> saved;
    const auto watch = [&](const StepReport& report) {
        if (!fs::exists(settings.out)) return;
        saved.push_back(model::read_checkpoint(settings.out).training.at("steps"));
        EXPECT_GE(report.step + 1, std::stoull(saved.back()));
    };
    const TrainResult result = train(settings, make_host_trainer, {watch});
    EXPECT_THAT(saved, testing::AllOf(testing::Contains("10"), testing::Contains("20")));
    EXPECT_EQ(result.steps, 25U);
    EXPECT_GT(result.steps_per_s, 0);
    EXPECT_GT(result.loss, 0);
    const model::Checkpoint read = model::read_checkpoint(settings.out);
    EXPECT_EQ(read, result.checkpoint);
    EXPECT_EQ(read.data, "moons");
    EXPECT_EQ(read.training.at("steps"), "25");
    EXPECT_EQ(read.process.horizon, 50);
    std::ifstream log(settings.log);
    std::string line;
    std::getline(log, line);
    EXPECT_EQ(line, "step,loss,learning_rate,gradient_norm");
    int lines = 0;
    while (std::getline(log, line)) EXPECT_THAT(line, testing::StartsWith(std::to_string(lines++) + ","));
    EXPECT_EQ(lines, 25);
}

TEST_F(TrainFiles, AreAskedForBeforeTheWork) {
    TrainSpec settings = small_settings();
    settings.out = folder / "missing" / "model.safetensors";
    int steps = 0;
    EXPECT_THROW(train(settings, make_host_trainer, {[&](const StepReport&) { ++steps; }}), base::Error);
    settings.out = folder / "model.safetensors";
    settings.log = folder / "missing" / "log.csv";
    EXPECT_THROW(train(settings, make_host_trainer, {[&](const StepReport&) { ++steps; }}), base::Error);
    EXPECT_EQ(steps, 0);
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(TrainFiles, OfPointsThatNoModelHoldsAreRefusedBeforeTheWork) {
    int steps = 0;
    const auto expect_refused = [&](const fs::path& points, const std::vector<std::size_t>& shape,
                                    const std::string& why) {
        std::vector<float> values(shape[0] * shape[1]);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
        data::write_npy(points, shape, values);
        TrainSpec settings = small_settings();
        settings.data = points.string();
        settings.out = folder / "model.safetensors";
        EXPECT_THAT([&] { train(settings, make_host_trainer, {[&](const StepReport&) { ++steps; }}); },
                    ThrowsMessage<base::Error>(AllOf(HasSubstr("`data`"), HasSubstr(why))));
        EXPECT_FALSE(fs::exists(settings.out));
    };
    expect_refused(folder / "wide.npy", {2, data::kMaxDim + 1}, "they have 4097");
    expect_refused(folder / "latin1_\xe4.npy", {4, 2}, "not valid UTF-8");
    EXPECT_EQ(steps, 0);
}

TEST_F(TrainFiles, OfAnExactTraceOfManyCoordinatesAreRefused) {
    TrainSpec settings = small_settings();
    settings.data = (folder / "wide.npy").string();
    settings.process = {};
    settings.process.name = "edm";
    settings.objective.name = "ism";
    settings.prediction = diffusion::Prediction::edm;
    std::vector<float> values(130);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    data::write_npy(folder / "wide.npy", std::vector<std::size_t>{2, 65}, values);
    EXPECT_THAT([&] { train(settings, make_host_trainer); },
                ThrowsMessage<base::Error>(AllOf(HasSubstr("`objective` ism"), HasSubstr("ssm"))));
}

// The log ends with the step that diverged; no step before it does.
TEST_F(TrainFiles, KeepTheLogOfATrainingThatDiverged) {
    TrainSpec settings = small_settings();
    settings.learning_rate = 10;
    settings.warmup = 0;
    settings.clip = 0;
    settings.out = folder / "model.safetensors";
    settings.log = folder / "log.csv";
    EXPECT_THAT([&] { train(settings, make_host_trainer); }, ThrowsMessage<base::Error>(HasSubstr("the loss is ")));
    EXPECT_FALSE(fs::exists(settings.out));
    std::ifstream log(settings.log);
    std::string line;
    std::vector<double> losses;
    std::getline(log, line);
    while (std::getline(log, line)) losses.push_back(std::stod(line.substr(line.find(',') + 1)));
    ASSERT_GT(losses.size(), 1U);
    constexpr double kDiverged = 1e4;  // times the loss of saying zero, which is 1
    EXPECT_GT(losses.back(), kDiverged);
    losses.pop_back();
    EXPECT_LE(*std::ranges::max_element(losses), kDiverged);
}

TEST(HostTrainer, KeepsTheWeightsFromBeforeItDiverged) {
    TrainSpec settings = small_settings();
    settings.learning_rate = 10;
    settings.warmup = 0;
    settings.clip = 0;
    Experiment experiment(settings);
    while (converges(experiment.trainer.step())) ASSERT_LT(experiment.trainer.steps(), 100U);
    const data::TensorMap weights = experiment.trainer.averaged_weights();
    experiment.trainer.advance(5);
    EXPECT_EQ(experiment.trainer.averaged_weights(), weights);
}

}  // namespace
}  // namespace scorefield::train
