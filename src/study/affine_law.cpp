#include "study/affine_law.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <utility>

#include "base/random.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

/// A square matrix (d, d), row-major.
using Matrix = std::vector<double>;
/// Stream and index.
using Draw = std::pair<std::uint32_t, std::uint32_t>;

/// offset + Σ matrix·z.
struct AffineState {
    std::vector<double> offset;
    std::map<Draw, Matrix> draws;
};

/// x → offset + matrix·x.
struct AffineMap {
    std::vector<double> offset;
    Matrix matrix;
};

Matrix scaled_identity(double scale, std::size_t dim) {
    Matrix matrix(dim * dim, 0.0);
    for (std::size_t e = 0; e < dim; ++e) matrix[e * dim + e] = scale;
    return matrix;
}

void add_scaled(std::vector<double>& sum, double factor, std::span<const double> values) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * values[i];
}

/// The map of an evaluation, read off at the origin and the unit vectors, and tried at one more point.
AffineMap map_of(const Eval& eval, const ScoreSource& source) {
    const auto dim = static_cast<std::size_t>(source.dim());
    const std::size_t count = dim + 2;
    std::vector<double> points(count * dim, 0.0);
    for (std::size_t e = 0; e < dim; ++e) {
        points[(1 + e) * dim + e] = eval.c_in;
        points[(1 + dim) * dim + e] = -eval.c_in;
    }
    std::vector<double> values(count * dim);
    source.evaluate(points, eval, values);
    AffineMap map = {.offset = {}, .matrix = scaled_identity(eval.c_skip, dim)};
    for (std::size_t row = 0; row < dim; ++row) {
        map.offset.push_back(eval.c_out * values[row]);
        double opposite = values[row];
        double size = std::abs(opposite);
        for (std::size_t e = 0; e < dim; ++e) {
            const double slope = values[(1 + e) * dim + row] - values[row];
            map.matrix[row * dim + e] += eval.c_out * slope;
            opposite -= slope;
            size += std::abs(slope);
        }
        constexpr double kRounding = 1e-9;
        if (!(std::abs(values[(1 + dim) * dim + row] - opposite) <= kRounding * size)) {
            throw std::invalid_argument("a source that is not affine has no Gaussian law");
        }
    }
    return map;
}

AffineState start_state(const StartLaw& start, std::size_t dim) {
    AffineState state;
    Matrix scales(dim * dim, 0.0);
    for (std::size_t e = 0; e < dim; ++e) {
        state.offset.push_back(start.mean_of(e));
        scales[e * dim + e] = start.scale_of(e);
    }
    state.draws[{base::kInitStream, 0}] = std::move(scales);
    return state;
}

/// The registers of a program whose law is carried.
class AffineMachine {
  public:
    AffineMachine(std::span<const ScoreSource* const> sources, int registers, std::size_t dim)
        : sources_(sources), dim_(dim), registers_(static_cast<std::size_t>(registers)) {}

    AffineState& state(int reg) { return registers_[static_cast<std::size_t>(reg)]; }

    void run(const Eval& eval) {
        const AffineMap map = map_of(eval, *sources_[static_cast<std::size_t>(eval.source)]);
        const AffineState& src = state(eval.src);
        AffineState image = {map.offset, {}};
        add_scaled(image.offset, 1, product(map.matrix, src.offset, 1));
        for (const auto& [draw, matrix] : src.draws) image.draws[draw] = product(map.matrix, matrix, dim_);
        state(eval.dst) = std::move(image);
    }

    void run(const Blend& blend) {
        AffineState sum = {std::vector<double>(dim_, 0.0), {}};
        for (const Term& term : blend.terms) {
            add_scaled(sum.offset, term.coefficient, state(term.reg).offset);
            for (const auto& [draw, matrix] : state(term.reg).draws) add_draw(sum, draw, term.coefficient, matrix);
        }
        for (const NoiseTerm& noise : blend.noise) {
            add_draw(sum, {noise.stream, noise.index}, noise.coefficient, scaled_identity(1, dim_));
        }
        state(blend.dst) = std::move(sum);
    }

    template <class Other>
    [[noreturn]] void run(const Other& /*instruction*/) {
        throw std::invalid_argument("an instruction that is not affine leaves no Gaussian law");
    }

  private:
    void add_draw(AffineState& sum, Draw draw, double factor, const Matrix& matrix) const {
        add_scaled(sum.draws.try_emplace(draw, dim_ * dim_, 0.0).first->second, factor, matrix);
    }

    /// matrix·right, right being (d, columns).
    std::vector<double> product(const Matrix& matrix, std::span<const double> right, std::size_t columns) const {
        std::vector<double> result(right.size(), 0.0);
        for (std::size_t row = 0; row < dim_; ++row) {
            for (std::size_t e = 0; e < dim_; ++e) {
                for (std::size_t c = 0; c < columns; ++c) {
                    result[row * columns + c] += matrix[row * dim_ + e] * right[e * columns + c];
                }
            }
        }
        return result;
    }

    std::span<const ScoreSource* const> sources_;
    std::size_t dim_;
    std::vector<AffineState> registers_;
};

}  // namespace

LineLaw GaussianLaw::along(std::span<const double> direction) const {
    double middle = 0;
    double variance = 0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
        middle += direction[i] * mean[i];
        for (std::size_t j = 0; j < mean.size(); ++j) {
            variance += direction[i] * covariance[i * mean.size() + j] * direction[j];
        }
    }
    return LineLaw::normal(middle, std::sqrt(variance));
}

GaussianLaw gaussian_law_after(const Program& program, std::span<const ScoreSource* const> sources) {
    program.validate();
    const auto dim = static_cast<std::size_t>(sources[0]->dim());
    AffineMachine machine(sources, program.registers, dim);
    machine.state(program.init_register) = start_state(program.start, dim);
    for (const Op& op : program.ops) std::visit([&](const auto& specific) { machine.run(specific); }, op.instruction);
    const AffineState& result = machine.state(program.result);
    GaussianLaw law = {result.offset, Matrix(dim * dim, 0.0)};
    for (const auto& [draw, matrix] : result.draws) {
        for (std::size_t i = 0; i < dim; ++i) {
            for (std::size_t j = 0; j < dim; ++j) {
                for (std::size_t e = 0; e < dim; ++e) {
                    law.covariance[i * dim + j] += matrix[i * dim + e] * matrix[j * dim + e];
                }
            }
        }
    }
    return law;
}

}  // namespace scorefield::study
