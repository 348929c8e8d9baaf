#include "study/ncsnv2_study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/output.hpp"
#include "data/datasets.hpp"
#include "train/ncsnv2.hpp"

namespace scorefield::study {
namespace {

constexpr double kSmallestSigma = 0.01;

}  // namespace

std::vector<Table> ncsnv2_study(const StudyRequest& request) {
    constexpr std::size_t kPoints = 8192;
    const std::unique_ptr<data::Dataset> dataset = data::open_dataset(request.data);
    for (const std::string& note : dataset->notes()) {
        if (request.progress) base::note(note);
    }
    const data::Points points =
        data::standardise(dataset->pool(request.seed, std::max(dataset->size(), kPoints)), dataset->scaling());
    const train::Ncsnv2Proposal proposal = train::propose_ncsnv2(points, kSmallestSigma);
    Table table = {
        .title = fmt::format("Noise levels and steps for {}, in units of its standard deviation", request.data),
        .columns = {"technique", "proposal", "flags"},
        .rows = {},
        .notes = {}};
    table.rows.push_back({"1 largest sigma = largest distance between two points", proposal.largest_sigma,
                          fmt::format("--process ve --process.sigma_max {:.4g}", proposal.largest_sigma)});
    table.rows.push_back({"2 ratio of adjacent levels", proposal.ratio,
                          fmt::format("--objective ncsn --objective.levels {} --process.sigma_min {}", proposal.levels,
                                      proposal.smallest_sigma)});
    table.rows.push_back({"3 s(x, sigma) = s(x)/sigma", "", "--prediction epsilon"});
    table.rows.push_back(
        {fmt::format("4 step size epsilon, with {} steps per level", proposal.iterations), proposal.step_size,
         fmt::format("--sampler annealed_langevin --spacing linspace --steps {} --sampler.iterations {} "
                     "--sampler.step_size {:.4g}",
                     proposal.levels, proposal.iterations, proposal.step_size)});
    table.rows.push_back({"  variance after a level / its exact variance", proposal.variance_ratio, ""});
    table.rows.push_back({"5 EMA decay of the weights", 0.999, "--train.ema 0.999"});
    table.notes.push_back(fmt::format(
        "Flags 1, 2, 3 and 5 are for 'scorefield train', 4 for 'scorefield sample'. In {} dimensions, the noise shells "
        "of levels with the ratio {} overlap by more than half; larger ratios are not proposed.",
        points.dim, train::kWidestRatio));
    return {table};
}

}  // namespace scorefield::study
