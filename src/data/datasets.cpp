#include "data/datasets.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/png_brightness.hpp"
#include "data/point_file.hpp"
#include "data/scaling_fault.hpp"
#include "data/shapes.hpp"

namespace scorefield::data {
namespace {

constexpr std::uint64_t kScalingSeed = 0x5ca1'e000'0000'0001;
constexpr std::size_t kScalingPoints = 100'000;
constexpr std::array<std::string_view, 4> kSuffixes = {".npy", ".csv", ".ply", ".png"};

class ShapeDataset final : public Dataset {
  public:
    explicit ShapeDataset(const Shape& shape) : shape_(shape) {}

    std::string name() const override { return std::string(shape_.name); }
    std::size_t dim() const override { return shape_.dim; }
    std::size_t classes() const override { return shape_.classes; }
    Points draw(std::uint64_t seed, std::uint64_t first, std::size_t count) const override {
        Points points = {count, shape_.dim, std::vector<float>(count * shape_.dim)};
        points.labels.resize(shape_.classes > 0 ? count : 0);
        for (std::size_t i = 0; i < count; ++i) {
            const ShapePoint point = shape_.draw(PointDraws(seed, first + i));
            for (std::size_t c = 0; c < shape_.dim; ++c) {
                points.values[i * shape_.dim + c] = static_cast<float>(point.place[c]);
            }
            if (shape_.classes > 0) points.labels[i] = point.label;
        }
        return points;
    }
    Spread spread() const override {
        return measure_spread(draw(kScalingSeed, 0, kScalingPoints), name(), shape_.centre);
    }

  private:
    const Shape& shape_;
};

std::span<const Shape> shapes() {
    static const std::vector<Shape> all = [] {
        std::vector<Shape> list;
        for (const std::span<const Shape> part : {plane_shapes(), mixture_shapes(), solid_shapes()}) {
            list.insert(list.end(), part.begin(), part.end());
        }
        return list;
    }();
    return all;
}

/// Squares for pixels, the longer side from −1 to 1.
std::unique_ptr<Dataset> open_picture(const std::string& file) {
    const Brightness picture = read_brightness(file);
    if (picture.is_empty) {
        throw base::request_error("no density", file, "it is wholly transparent and holds no ink",
                                  "draw something on it, or flatten its layers and export it again");
    }
    const auto width = static_cast<double>(picture.width);
    const auto height = static_cast<double>(picture.height);
    const double longer = std::max(width, height);
    std::vector<std::string> notes;
    if (picture.is_opacity) {
        notes.push_back(file + ": dark drawing on a transparent background; using alpha as the density");
    } else if (picture.leaves_out_dark_parts) {
        notes.push_back(file +
                        ": drawing with light and dark parts on a transparent background; the density is its "
                        "brightness on a black background, so dark parts get few or no points. To use alpha as the "
                        "density, draw everything in black");
    }
    return make_density(file, picture.width, picture.height, picture.values,
                        {-width / longer, -height / longer, width / longer, height / longer}, std::move(notes));
}

std::unique_ptr<Dataset> open_points(const std::string& file) {
    PointFile read = read_point_file(file);
    std::vector<std::string> notes = read.notes(file);
    return make_dataset(file, std::move(read.points), std::move(notes));
}

}  // namespace

Scaling Dataset::scaling(ScalingMode mode) const {
    return require_usable(choose_scaling(spread(), mode), name());
}

std::vector<std::string> notes_with_scaling(const Dataset& data, ScalingMode mode) {
    std::vector<std::string> notes = data.notes();
    for (const std::string& remark : scaling_remarks(data.spread(), mode)) notes.push_back(data.name() + ": " + remark);
    return notes;
}

std::span<const DatasetInfo> builtin_datasets() {
    static const std::vector<DatasetInfo> infos = [] {
        std::vector<DatasetInfo> list;
        for (const Shape& shape : shapes()) list.push_back({shape.name, shape.help, shape.dim, shape.classes});
        return list;
    }();
    return infos;
}

std::unique_ptr<Dataset> open_dataset(const std::string& name) {
    for (const Shape& shape : shapes()) {
        if (shape.name == name) return std::make_unique<ShapeDataset>(shape);
    }
    const std::string suffix = file_suffix(name);
    if (suffix == ".png") return open_picture(name);
    if (std::ranges::find(kSuffixes, suffix) != kSuffixes.end()) return open_points(name);
    const std::string table = table_hint(name);
    std::vector<std::string_view> names;
    for (const Shape& shape : shapes()) names.push_back(shape.name);
    throw base::request_error("unknown data set", "`data` " + name,
                              "it is neither a built-in set nor a file ending in " + base::join(kSuffixes, " or "),
                              table.empty() ? base::name_hint(name, names) : table);
}

}  // namespace scorefield::data
