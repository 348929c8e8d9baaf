#include "session/field_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "diffusion/target_empirical.hpp"
#include "session/fast_score.hpp"

namespace scorefield::session {
namespace {

constexpr std::size_t kExactPoints = 4096;  ///< of the data, whose exact score an error is measured against
constexpr std::size_t kPointsPerCheck = 256;
constexpr double kCell = 34;        ///< of arrows, pixels of a picture of 720 rows
constexpr double kSeparation = 22;  ///< of streamlines, the same

/// A density on a grid of so many points along the picture's longer side.
constexpr std::size_t kDensityPoints = 128;
/// The same of vectors between which streamlines are interpolated.
constexpr std::size_t kVectorPoints = 72;

constexpr std::uint64_t kThresholdSeed = 0xc0'70'0000;
constexpr std::size_t kThresholdDraws = 4096;

void call(const std::function<void()>& check_cancelled) {
    if (check_cancelled) check_cancelled();
}

struct GridSize {
    std::size_t columns;
    std::size_t rows;
};

GridSize grid_size(const render::Bounds& bounds, std::size_t longer) {
    const double across = bounds.high[0] - bounds.low[0];
    const double up = bounds.high[1] - bounds.low[1];
    const auto share = [&](double length) {
        return std::max<std::size_t>(
            8, static_cast<std::size_t>(std::lround(static_cast<double>(longer) * length / std::max(across, up))));
    };
    return {share(across), share(up)};
}

/// The log density above which draws from it are, by share.
std::vector<double> thresholds_of(const diffusion::Target& target, const diffusion::Marginal& marginal) {
    const std::vector<double> draws = target.sample(kThresholdSeed, {0, kThresholdDraws}, marginal);
    std::vector<double> log_density = target.log_density(draws, marginal);
    std::ranges::sort(log_density, std::greater<>());
    std::vector<double> thresholds;
    thresholds.reserve(kEnclosedShares.size());
    for (const double share : kEnclosedShares) {
        thresholds.push_back(log_density[static_cast<std::size_t>(share * (kThresholdDraws - 1))]);
    }
    return thresholds;
}

/// How visible an arrow is where particles are as likely as that: fully down to e⁻⁴ of the greatest density, a third
/// from e⁻¹⁰ on.
std::vector<double> visibility_of(const std::vector<double>& log_density) {
    constexpr double kFull = 4;
    constexpr double kFaint = 10;
    constexpr double kLeast = 0.33;
    double most = -std::numeric_limits<double>::infinity();
    for (const double value : log_density) most = std::max(most, value);
    std::vector<double> visibility;
    for (const double value : log_density) {
        const double share = std::clamp((value - most + kFaint) / (kFaint - kFull), 0.0, 1.0);
        visibility.push_back(kLeast + (1 - kLeast) * share);
    }
    return visibility;
}

void add(render::LineDrawing& drawing, render::LineDrawing more) {
    std::ranges::move(more.lines, std::back_inserter(drawing.lines));
    std::ranges::move(more.keys, std::back_inserter(drawing.keys));
    if (more.legend) drawing.legend = std::move(more.legend);
}

void add_contours(render::LineDrawing& drawing, const DensityGrid& density, const render::FieldLook& look) {
    constexpr std::array<float, kEnclosedShares.size()> kOpacity = {0.75F, 0.55F, 0.42F, 0.3F};
    const render::Colour& colour = render::palette_of(look.colours.background).line;
    std::vector<render::ContourLevel> levels;
    std::string shares;
    for (std::size_t i = 0; i < kEnclosedShares.size(); ++i) {
        levels.push_back({density.thresholds[i], 1.3 * look.scale, {colour, kOpacity.at(i)}});
        shares += fmt::format("{}{:.0f}", i == 0 ? "" : ", ", 100 * kEnclosedShares.at(i));
    }
    add(drawing, render::contours(density.log_density, levels));
    drawing.keys.push_back("contours enclose " + shares + "% of the probability");
}

}  // namespace

std::string field_title(render::FieldKind kind) {
    switch (kind) {
        case render::FieldKind::none:
            return {};
        case render::FieldKind::score:
            return "|score|";
        case render::FieldKind::flow:
            return "|flow| per log(α/σ)";
        case render::FieldKind::drift:
            return "|drift| per log(α/σ)";
        case render::FieldKind::error:
            return "|score error|";
    }
    return {};
}

std::vector<std::string> guide_notes(const render::Guides& guides, const model::Model& model,
                                     const diffusion::Program& program, std::uint32_t particles) {
    std::vector<std::string> notes;
    const bool has_field = guides.field != render::FieldKind::none;
    if (guides.has_lines_below() && (model.dim() > 2 || program.evaluations() == 0)) {
        notes.push_back(
            fmt::format("`look.field` and `look.contours` draw nothing: {}",
                        model.dim() > 2 ? "they need one or two dimensions" : "this program asks for no score"));
    } else if (model.dim() == 1) {
        if (guides.contours) notes.emplace_back("`look.contours` draws nothing: one dimension has a curve instead");
        if (has_field && guides.style == render::FieldStyle::streamlines) {
            notes.emplace_back("`look.field_style` streamlines draws arrows: one dimension has no streamlines");
        }
    } else if (guides.contours && !model.target && model.data.empty()) {
        notes.emplace_back("`look.contours` draws nothing: the data of the model are not known; name them with `data`");
    }
    if (guides.trails > particles) {
        notes.push_back(fmt::format("`look.trails` draws the paths of all {} particles", particles));
    }
    if (guides.follow && static_cast<std::uint32_t>(*guides.follow) >= particles) {
        notes.push_back(fmt::format("`look.follow` draws nothing: there are {} particles, numbered from 0", particles));
    }
    return notes;
}

FieldSource::FieldSource(std::shared_ptr<const model::Model> model, const data::Points& data)
    : model_(std::move(model)),
      score_(model_->target ? nullptr : fast_score(model_->checkpoint->network, model_->checkpoint->tensors)) {
    const bool planar = model_->dim() == 2;
    if (const auto* const exact =
            planar ? dynamic_cast<const diffusion::EmpiricalTarget*>(model_->target.get()) : nullptr) {
        const std::span<const float> values = exact->points();
        data_ = std::make_shared<const DataDensity>(data::Points{exact->count(), 2, {values.begin(), values.end()}},
                                                    DataDensity::Kind::exact);
    }
    if (!planar) {
        curve_ = model_->target;
        const auto* const points = dynamic_cast<const diffusion::EmpiricalTarget*>(curve_.get());
        if (points != nullptr && points->count() > kExactPoints) {
            const data::Points all = {points->count(), 1, {points->points().begin(), points->points().end()}};
            curve_ =
                std::make_shared<const diffusion::EmpiricalTarget>(data::thinned(all, kExactPoints).values, 1, "data");
        }
    }
    if (model_->target || data.count == 0 || data.dim != model_->dim()) return;
    if (planar) data_ = std::make_shared<const DataDensity>(data, DataDensity::Kind::draws);
    exact_ =
        std::make_shared<const diffusion::EmpiricalTarget>(data::thinned(data, kExactPoints).values, data.dim, "data");
}

FieldSource::FieldSource(const FieldSource& other, std::shared_ptr<const diffusion::ScoreSource> score, bool knows_data)
    : FieldSource(other) {
    score_ = std::move(score);
    if (knows_data) return;
    data_.reset();
    exact_.reset();
}

std::optional<double> FieldSource::log_alpha_rate(const diffusion::Eval& at) const {
    constexpr double kTolerance = 1e-4;
    const diffusion::NoiseProcess& process = *model_->process;
    const double t = process.time_at(std::log(at.alpha / at.sigma));
    const diffusion::Marginal marginal = process.marginal(t);
    if (std::abs(marginal.alpha - at.alpha) <= kTolerance * at.alpha &&
        std::abs(marginal.sigma - at.sigma) <= kTolerance * at.sigma) {
        if (marginal.alpha == 0) return 1;  // log sigma stays as log alpha falls
        const diffusion::MarginalRates rates = process.rates(t);
        const double alpha = rates.alpha * marginal.sigma;
        const double rate = alpha / (alpha - marginal.alpha * rates.sigma);
        if (std::isfinite(rate)) return rate;
    }
    // Samplers that integrate over σ/α work on x/α, whose signal keeps its scale.
    if (std::abs(at.alpha - 1) <= kTolerance) return 0;
    return std::nullopt;
}

std::optional<base::Error> FieldSource::refusal(render::FieldKind kind, const diffusion::Eval& at) const {
    constexpr const char* kWhat = "no such field";
    constexpr const char* kField = "`look.field`";
    if (kind == render::FieldKind::error && model_->target) {
        return base::request_error(kWhat, kField, "an exact score has no error",
                                   "choose `look.field` score, flow or drift");
    }
    if (kind == render::FieldKind::error && !exact_) {
        return base::request_error(kWhat, kField, "the data of the model are not known", "name them with `data`");
    }
    const bool is_velocity = kind == render::FieldKind::flow || kind == render::FieldKind::drift;
    if (!is_velocity || log_alpha_rate(at)) return std::nullopt;
    return base::request_error(kWhat, kField,
                               fmt::format("alpha = {:.4g}, sigma = {:.4g} is no level of the process {}", at.alpha,
                                           at.sigma, model_->process->name()),
                               "choose `look.field` score");
}

void FieldSource::require(render::FieldKind kind, const diffusion::Eval& at) const {
    if (const std::optional<base::Error> error = refusal(kind, at)) throw *error;
}

std::vector<double> FieldSource::scores(std::span<const double> points, const diffusion::Eval& at,
                                        const std::function<void()>& check_cancelled) const {
    const diffusion::Marginal marginal = {at.alpha, at.sigma};
    std::vector<double> out(points.size());
    const diffusion::AffineForm form =
        diffusion::score_form(model_->parametrisation, {at.t, marginal, at.c_in, at.c_noise});
    std::vector<double> scaled;
    for (std::size_t first = 0; first < points.size(); first += 2 * kPointsPerCheck) {
        call(check_cancelled);
        const std::size_t count = std::min(2 * kPointsPerCheck, points.size() - first);
        const std::span<const double> some = points.subspan(first, count);
        const std::span<double> to = std::span(out).subspan(first, count);
        if (model_->target) {
            model_->target->score(some, marginal, to);
            continue;
        }
        scaled.assign(some.begin(), some.end());
        for (double& value : scaled) value *= at.c_in;
        score_->evaluate(scaled, at, to);
        for (std::size_t i = 0; i < count; ++i) to[i] = form.c_skip * some[i] + form.c_out * to[i];
    }
    return out;
}

std::vector<double> FieldSource::vectors(render::FieldKind kind, std::span<const double> points,
                                         const diffusion::Eval& at,
                                         const std::function<void()>& check_cancelled) const {
    require(kind, at);
    std::vector<double> vectors = scores(points, at, check_cancelled);
    const double variance = at.sigma * at.sigma;
    const auto as_velocity = [&](double of_score) {
        const double of_state = *log_alpha_rate(at);
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            vectors[i] = of_state * points[i] + of_score * vectors[i];
        }
    };
    if (kind == render::FieldKind::flow) as_velocity(variance);
    if (kind == render::FieldKind::drift) as_velocity(2 * variance);
    if (kind == render::FieldKind::error) {
        std::vector<double> exact(std::min<std::size_t>(points.size(), 2 * kPointsPerCheck));
        for (std::size_t first = 0; first < points.size(); first += exact.size()) {
            call(check_cancelled);
            const std::size_t count = std::min(exact.size(), points.size() - first);
            const std::span<double> some = std::span(exact).first(count);
            exact_->score(points.subspan(first, count), {at.alpha, at.sigma}, some);
            for (std::size_t i = 0; i < count; ++i) vectors[first + i] -= some[i];
        }
    }
    return vectors;
}

std::optional<DensityGrid> FieldSource::density(const diffusion::Marginal& marginal,
                                                const render::Bounds& bounds) const {
    if (data_) return data_->at(marginal);
    if (!model_->target) return std::nullopt;
    const GridSize size = grid_size(bounds, kDensityPoints);
    const std::vector<double> points = render::grid_points(bounds, size.columns, size.rows);
    return DensityGrid{{bounds, size.columns, size.rows, model_->target->log_density(points, marginal)},
                       thresholds_of(*model_->target, marginal)};
}

std::vector<double> FieldSource::line_density(std::span<const double> points,
                                              const diffusion::Marginal& marginal) const {
    const diffusion::Target* const known = curve_ ? curve_.get() : exact_.get();
    if (known == nullptr || points.size() < 2) return {};
    diffusion::Marginal at = marginal;
    if (dynamic_cast<const diffusion::EmpiricalTarget*>(known) != nullptr) {
        at.sigma = std::max(at.sigma, std::abs(points[1] - points[0]));
    }
    std::vector<double> density = known->log_density(points, at);
    for (double& value : density) value = std::exp(value);
    return density;
}

bool FieldLinesQuestion::operator==(const FieldLinesQuestion& other) const {
    return source == other.source && at == other.at && density == other.density && camera == other.camera &&
           extent.width == other.extent.width && extent.height == other.extent.height && field == other.field &&
           style == other.style && contours == other.contours && particles == other.particles;
}

std::shared_ptr<const render::LineDrawing> field_lines(const FieldLinesQuestion& question,
                                                       const std::function<void()>& check_cancelled) {
    auto drawing = std::make_shared<render::LineDrawing>();
    const FieldSource& source = *question.source;
    const render::Bounds bounds = question.camera.visible(question.extent);
    const diffusion::Marginal marginal = {question.at.alpha, question.at.sigma};
    const render::FieldLook look = render::field_look(question.camera, question.extent, question.particles);
    std::optional<DensityGrid> density = source.density(marginal, bounds);
    call(check_cancelled);
    if (question.field != render::FieldKind::none) {
        const bool arrows = question.style == render::FieldStyle::arrows;
        const double cell = kCell * look.scale * look.pixel;
        const GridSize size = grid_size(bounds, kVectorPoints);
        render::VectorField field;
        field.title = field_title(question.field);
        field.points =
            arrows ? render::arrow_places(bounds, cell) : render::grid_points(bounds, size.columns, size.rows);
        field.vectors = source.vectors(question.field, field.points, question.at, check_cancelled);
        if (density) {
            std::vector<double> log_density;
            for (std::size_t i = 0; i + 1 < field.points.size(); i += 2) {
                log_density.push_back(density->log_density.at(field.points[i], field.points[i + 1]));
            }
            field.visibility = visibility_of(log_density);
        }
        add(*drawing, arrows ? render::arrows(field, cell, look)
                             : render::streamlines({bounds, size.columns, size.rows, std::move(field)},
                                                   kSeparation * look.scale * look.pixel, look));
    }
    if (question.contours && question.density != marginal) {
        std::optional<DensityGrid> other = source.density(question.density, bounds);
        if (other) density = std::move(other);
    }
    if (question.contours && density) add_contours(*drawing, *density, look);
    return drawing;
}

}  // namespace scorefield::session
