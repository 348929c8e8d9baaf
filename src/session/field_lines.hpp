#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "data/points.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/target.hpp"
#include "diffusion/target_empirical.hpp"
#include "model/model.hpp"
#include "render/camera.hpp"
#include "render/guides.hpp"
#include "render/line_drawing.hpp"
#include "render/look.hpp"
#include "render/vector_field.hpp"
#include "session/data_density.hpp"

namespace scorefield::session {

/// A score of one or two dimensions as the host evaluates it, exact ones in double and networks in single precision,
/// with what is known about the density that it belongs to. Immutable, usable on several threads.
class FieldSource {
  public:
    /// The model must have a score. `data`: what its samples should resemble, in the units of the states; no points
    /// where nothing is known. Throws as fast_score.
    FieldSource(std::shared_ptr<const model::Model> model, const data::Points& data);
    /// The same with other weights in the place of the model's, which is in training. `knows_data`: its samples should
    /// resemble the same data, not those of one class.
    FieldSource(const FieldSource& other, std::shared_ptr<const diffusion::ScoreSource> score, bool knows_data);

    /// Vectors (n, dim) at points (n, dim), at the noise level of an evaluation:
    ///   score: s = ∇ log p(x);
    ///   flow: dx/dλ = (d log α/dλ)·x + σ²·s, the probability flow, λ = log(α/σ) (Song et al. 2021, eq. 13);
    ///   drift: dx/dλ = (d log α/dλ)·x + 2σ²·s, the drift of the reverse SDE (eq. 6);
    ///   error: the network's score less that of the data under noise (at most 4 096 of them).
    /// `check_cancelled` is called now and then and may throw. Throws base::Error (request) for what is not defined:
    /// see require.
    std::vector<double> vectors(render::FieldKind kind, std::span<const double> points, const diffusion::Eval& at,
                                const std::function<void()>& check_cancelled) const;
    /// The error (request) of a field that is not defined: an error without a network or data, a flow at a level that
    /// is none of the process.
    std::optional<base::Error> refusal(render::FieldKind kind, const diffusion::Eval& at) const;
    /// Throws it.
    void require(render::FieldKind kind, const diffusion::Eval& at) const;
    /// Expected density of the particles, on a grid: over `bounds` for exact targets, around all data points otherwise.
    /// None if neither is known.
    std::optional<DensityGrid> density(const diffusion::Marginal& marginal, const render::Bounds& bounds) const;
    /// Expected density in one dimension at `points` (n), ascending and evenly spaced. Empty if it is not known. Data
    /// points (at most 4 096 of them) are smoothed by a Gaussian at least one spacing wide.
    std::vector<double> line_density(std::span<const double> points, const diffusion::Marginal& marginal) const;

  private:
    std::vector<double> scores(std::span<const double> points, const diffusion::Eval& at,
                               const std::function<void()>& check_cancelled) const;
    std::optional<double> log_alpha_rate(const diffusion::Eval& at) const;

    std::shared_ptr<const model::Model> model_;
    std::shared_ptr<const diffusion::ScoreSource> score_;      ///< of a network; null: the target answers
    std::shared_ptr<const DataDensity> data_;                  ///< null: none
    std::shared_ptr<const diffusion::Target> curve_;           ///< of one dimension; null: the data's, or none
    std::shared_ptr<const diffusion::EmpiricalTarget> exact_;  ///< of some of the data; null: none
};

/// What a picture of field lines depends on.
struct FieldLinesQuestion {
    std::shared_ptr<const FieldSource> source;
    diffusion::Eval at;           ///< of the field; sigma > 0
    diffusion::Marginal density;  ///< of the contours: final samples have those of the data
    render::Camera2d camera;
    VkExtent2D extent{};
    render::FieldKind field = render::FieldKind::none;
    render::FieldStyle style = render::FieldStyle::arrows;
    bool contours = false;
    render::LineColours particles = {render::ColourMap::inferno};  ///< colours of the particles

    bool operator==(const FieldLinesQuestion& other) const;
};

/// The lines under the particles: arrows or streamlines, faint where particles are unlikely, and contours that enclose
/// kEnclosedShares of the density that they should have.
std::shared_ptr<const render::LineDrawing> field_lines(const FieldLinesQuestion& question,
                                                       const std::function<void()>& check_cancelled = {});

/// Notes on guides that a picture of this run cannot show, each with its reason.
std::vector<std::string> guide_notes(const render::Guides& guides, const model::Model& model,
                                     const diffusion::Program& program, std::uint32_t particles);

/// The title of a field in legends: `|score|`.
std::string field_title(render::FieldKind kind);

}  // namespace scorefield::session
