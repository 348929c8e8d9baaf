#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>

#include "data/datasets.hpp"
#include "data/png_brightness.hpp"
#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

using testing::Each;
using testing::FloatNear;
using testing::Pointwise;

/// What a PNG file holds, packed as the format wants it.
struct Picture {
    png_uint_32 width = 0;
    png_uint_32 height = 0;
    int bits = 8;
    int kind = PNG_COLOR_TYPE_GRAY;
    std::vector<std::vector<png_byte>> rows;  ///< the last one again where there are fewer than the height
    int interlace = PNG_INTERLACE_NONE;
    std::vector<png_color> palette = {};
    std::vector<png_byte> palette_alpha = {};
};

void write(const std::filesystem::path& path, const Picture& picture) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
    const auto fail = [](png_structp, png_const_charp message) { throw std::runtime_error(message); };
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file.get());
    png_set_IHDR(png, info, picture.width, picture.height, picture.bits, picture.kind, picture.interlace,
                 PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    if (!picture.palette.empty()) {
        png_set_PLTE(png, info, picture.palette.data(), static_cast<int>(picture.palette.size()));
    }
    if (!picture.palette_alpha.empty()) {
        png_set_tRNS(png, info, picture.palette_alpha.data(), static_cast<int>(picture.palette_alpha.size()), nullptr);
    }
    png_write_info(png, info);
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < picture.height; ++y) {
        rows.push_back(const_cast<png_bytep>(picture.rows[std::min(y, picture.rows.size() - 1)].data()));
    }
    png_write_image(png, rows.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

/// Thirds of full brightness, which every depth holds: two rows of three pixels.
constexpr float kThird = 1.0F / 3;
const std::vector<float> kThirds = {0, kThird, 2 * kThird, 1, kThird, 0};

std::vector<Picture> thirds_of_every_kind() {
    const std::vector<png_color> greys = {{0, 0, 0}, {85, 85, 85}, {170, 170, 170}, {255, 255, 255}};
    return {
        {3, 2, 2, PNG_COLOR_TYPE_GRAY, {{0b00011000}, {0b11010000}}},
        {3, 2, 4, PNG_COLOR_TYPE_GRAY, {{0x05, 0xa0}, {0xf5, 0x00}}},
        {3, 2, 8, PNG_COLOR_TYPE_GRAY, {{0, 85, 170}, {255, 85, 0}}},
        {3, 2, 16, PNG_COLOR_TYPE_GRAY, {{0, 0, 0x55, 0x55, 0xaa, 0xaa}, {0xff, 0xff, 0x55, 0x55, 0, 0}}},
        {3, 2, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {{9, 0, 255, 85, 170, 255}, {255, 255, 85, 255, 0, 77}}},
        {3, 2, 8, PNG_COLOR_TYPE_RGB, {{0, 0, 0, 85, 85, 85, 170, 170, 170}, {255, 255, 255, 85, 85, 85, 0, 0, 0}}},
        {3,
         2,
         8,
         PNG_COLOR_TYPE_RGB_ALPHA,
         {{8, 9, 7, 0, 255, 255, 255, 85, 170, 170, 170, 255}, {255, 255, 255, 255, 85, 85, 85, 255, 0, 0, 0, 255}}},
        {3, 2, 2, PNG_COLOR_TYPE_PALETTE, {{0b00011000}, {0b11010000}}, PNG_INTERLACE_NONE, greys},
        {3,
         2,
         2,
         PNG_COLOR_TYPE_PALETTE,
         {{0b00011000}, {0b11010000}},
         PNG_INTERLACE_NONE,
         std::vector<png_color>(4, {255, 255, 255}),
         {0, 85, 170, 255}},
    };
}

class Png : public FileTest {
  protected:
    const std::filesystem::path png = folder / "picture.PNG";
    auto reading() const {
        return [this] { read_brightness(path); };
    }
};

TEST_F(Png, OfEveryKindIsAsBright) {
    for (Picture picture : thirds_of_every_kind()) {
        for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7}) {
            picture.interlace = interlace;
            write(path, picture);
            const Brightness read = read_brightness(path);
            EXPECT_EQ(read.width, 3U);
            EXPECT_EQ(read.height, 2U);
            // Two roundings of float32.
            EXPECT_THAT(read.values, Pointwise(FloatNear(1e-7F), kThirds)) << picture.kind << " " << picture.bits;
        }
    }
}

TEST_F(Png, HasItsLargerByteFirst) {
    write(path, {2, 1, 16, PNG_COLOR_TYPE_GRAY, {{0x12, 0x34, 0x00, 0x01}}});
    EXPECT_THAT(read_brightness(path).values,
                Pointwise(FloatNear(1e-9F), std::vector<float>{0x1234 / 65535.0F, 1 / 65535.0F}));
}

TEST_F(Png, ColoursCountByTheirLuminance) {
    write(path, {3, 1, 8, PNG_COLOR_TYPE_RGB, {{255, 0, 0, 0, 255, 0, 0, 0, 255}}});
    EXPECT_THAT(read_brightness(path).values,
                Pointwise(FloatNear(1e-7F), std::vector<float>{0.2126F, 0.7152F, 0.0722F}));
}

TEST_F(Png, TransparentPixelsHoldNoPoints) {
    // White under full transparency is what drawing programs leave; a grey that is seen by half counts half.
    write(path,
          {4, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {{255, 255, 255, 0, 255, 255, 255, 255, 51, 51, 51, 255, 0, 0, 0, 255}}});
    EXPECT_THAT(read_brightness(path).values, Pointwise(FloatNear(1e-7F), std::vector<float>{0, 1, 0.2F, 0}));
    EXPECT_FALSE(read_brightness(path).is_opacity);
}

TEST_F(Png, DarkInkOnATransparentGroundIsTheDensity) {
    const std::vector<png_color> inks = {{0, 0, 0}, {5, 9, 0}, {255, 255, 255}};
    for (const Picture& picture : std::vector<Picture>{
             {3, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {{0, 255, 0, 0, 9, 85}}},
             {3, 1, 16, PNG_COLOR_TYPE_GRAY_ALPHA, {{0, 0, 255, 255, 0, 0, 0, 0, 0, 9, 85, 85}}},
             {3, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {{0, 0, 0, 255, 255, 255, 255, 0, 9, 9, 9, 85}}},
             {3, 1, 8, PNG_COLOR_TYPE_PALETTE, {{0, 2, 1}}, PNG_INTERLACE_ADAM7, inks, {255, 85, 0}},
         }) {
        write(path, picture);
        const Brightness ink = read_brightness(path);
        EXPECT_TRUE(ink.is_opacity);
        EXPECT_THAT(ink.values, Pointwise(FloatNear(1e-7F), std::vector<float>{1, 0, 85 / 255.0F})) << picture.kind;
    }
    std::filesystem::rename(path, png);
    EXPECT_THAT(open_dataset(png.string())->notes(),
                testing::ElementsAre(testing::HasSubstr("using alpha as the density")));
}

/// A square picture of grey and alpha to draw on.
class Canvas {
  public:
    Canvas(std::size_t side, png_byte grey, png_byte alpha) : side_(side) {
        for (std::size_t i = 0; i < side * side; ++i) pixels_.insert(pixels_.end(), {grey, alpha});
    }
    void set(std::size_t x, std::size_t y, png_byte grey, png_byte alpha = 255) {
        pixels_[2 * (y * side_ + x)] = grey;
        pixels_[2 * (y * side_ + x) + 1] = alpha;
    }
    /// Sets a random share of the pixels.
    template <typename Random>
    void sprinkle(Random& random, double share, png_byte grey, png_byte alpha = 255) {
        std::bernoulli_distribution chosen(share);
        for (std::size_t i = 0; i < side_ * side_; ++i) {
            if (chosen(random)) set(i % side_, i / side_, grey, alpha);
        }
    }
    void disc(double radius, png_byte grey, png_byte alpha = 255) {
        const double middle = (static_cast<double>(side_) - 1) / 2;
        for (std::size_t i = 0; i < side_ * side_; ++i) {
            const double x = static_cast<double>(i % side_) - middle;
            const double y = static_cast<double>(i / side_) - middle;
            if (std::hypot(x, y) <= radius) set(i % side_, i / side_, grey, alpha);
        }
    }
    Picture picture() const {
        const auto side = static_cast<png_uint_32>(side_);
        Picture result = {side, side, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {}};
        for (std::size_t y = 0; y < side_; ++y) {
            const auto row = pixels_.begin() + static_cast<std::ptrdiff_t>(2 * y * side_);
            result.rows.emplace_back(row, row + static_cast<std::ptrdiff_t>(2 * side_));
        }
        return result;
    }

  private:
    std::size_t side_;
    std::vector<png_byte> pixels_;
};

TEST_F(Png, DarkInkMayHaveLightPixelsInIt) {
    std::mt19937 random(11);
    for (const png_byte grey : {png_byte{17}, png_byte{128}, png_byte{255}}) {
        for (const double radius : {3.0, 12.0, 16.0, 18.0}) {
            Canvas canvas(40, 255, 0);
            canvas.disc(radius, 0);
            canvas.set(20, 19, grey);  // one pixel in the middle
            write(path, canvas.picture());
            const Brightness read = read_brightness(path);
            EXPECT_TRUE(read.is_opacity) << radius << " " << int{grey};
            EXPECT_EQ(std::ranges::count(read.values, 1),
                      std::ranges::count_if(read.values, [](float value) { return value > 0; }));
        }
        // Thin strokes, anti-aliased against a removed white background: two thirds as much light ink as dark.
        Canvas strokes(60, 0, 0);
        for (std::size_t x = 5; x < 55; ++x) {
            for (const std::size_t y : {20U, 40U}) {
                strokes.set(x, y, 3);
                strokes.set(x, y + 1, grey, 170);
            }
        }
        write(path, strokes.picture());
        EXPECT_TRUE(read_brightness(path).is_opacity) << int{grey};
        // Scattered ink with a few light specks.
        for (int i = 0; i < 5; ++i) {
            Canvas scattered(32, 0, 0);
            scattered.sprinkle(random, 0.3, 0);
            scattered.sprinkle(random, 0.02, grey);
            write(path, scattered.picture());
            EXPECT_TRUE(read_brightness(path).is_opacity) << int{grey};
        }
    }
}

TEST_F(Png, LightMarksOnBlackAreTheDensityThoughPartOfThePictureIsTransparent) {
    std::mt19937 random(12);
    for (const double share : {0.01, 0.05, 0.2}) {
        // Black with transparent corners.
        Canvas corners(40, 0, 255);
        corners.sprinkle(random, share, 255);
        for (const std::size_t x : {0U, 39U}) {
            for (const std::size_t y : {0U, 39U}) corners.set(x, y, 255, 0);
        }
        write(path, corners.picture());
        EXPECT_FALSE(read_brightness(path).is_opacity) << share;
        // All of it a little transparent.
        Canvas veil(40, 0, 250);
        veil.sprinkle(random, share, 255);
        write(path, veil.picture());
        EXPECT_FALSE(read_brightness(path).is_opacity) << share;
    }
    // A sky in a round frame.
    Canvas sky(64, 0, 0);
    sky.disc(31, 0);
    for (std::size_t i = 0; i < 100; ++i) sky.set(16 + i % 10 * 3, 16 + i / 10 * 3, 200);
    write(path, sky.picture());
    EXPECT_FALSE(read_brightness(path).is_opacity);
    EXPECT_FALSE(read_brightness(path).leaves_out_dark_parts);
}

TEST_F(Png, DarkPartsOfAColouredDrawingGiveANote) {
    Canvas canvas(60, 0, 0);
    canvas.disc(20, 0);    // an outline
    canvas.disc(15, 200);  // filled
    write(path, canvas.picture());
    const Brightness read = read_brightness(path);
    EXPECT_FALSE(read.is_opacity);
    EXPECT_TRUE(read.leaves_out_dark_parts);
    std::filesystem::rename(path, png);
    EXPECT_THAT(open_dataset(png.string())->notes(),
                testing::ElementsAre(testing::HasSubstr("dark parts get few or no points")));
    Canvas light(60, 0, 0);
    light.disc(20, 200);
    write(path, light.picture());
    EXPECT_FALSE(read_brightness(path).is_opacity);
    EXPECT_FALSE(read_brightness(path).leaves_out_dark_parts);
}

TEST_F(Png, BlackWithoutTransparencyOrWithNothingElseHasNoDensity) {
    for (const png_byte alpha : {png_byte{0}, png_byte{255}}) {
        write(path, {2, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {{0, alpha, 0, alpha}}});
        std::filesystem::rename(path, png);
        EXPECT_THAT([&] { open_dataset(png.string()); },
                    testing::ThrowsMessage<base::Error>(
                        testing::HasSubstr(alpha == 0 ? "wholly transparent and holds no ink" : "black all over")));
    }
}

TEST_F(Png, IsADensityWithItsFirstRowAtTheTop) {
    write(png, {4, 2, 8, PNG_COLOR_TYPE_GRAY, {{40, 0, 0, 0}, {0, 0, 0, 120}}});
    const auto dataset = open_dataset(png.string());
    EXPECT_EQ(dataset->name(), png.string());
    const Points points = dataset->draw(1, 0, 40'000);
    double first = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
        // Pixels of side ½ on [−1, 1] × [−½, ½].
        const bool upper = points.values[2 * i + 1] > 0;
        ASSERT_GE(std::abs(points.values[2 * i]), 0.5F);
        ASSERT_LE(std::abs(points.values[2 * i]), 1);
        ASSERT_LE(std::abs(points.values[2 * i + 1]), 0.5F);
        ASSERT_EQ(upper, points.values[2 * i] < 0);
        first += upper ? 1 : 0;
    }
    EXPECT_NEAR(first, 10'000, 6 * std::sqrt(40'000 * 0.25 * 0.75));  // a binomial's deviations
}

TEST_F(Png, ThatIsConstantIsARectangleUnlessItIsBlack) {
    write(png, {6, 3, 8, PNG_COLOR_TYPE_GRAY, {std::vector<png_byte>(6, 99)}});
    const Scaling scaling = open_dataset(png.string())->scaling();
    EXPECT_THAT(scaling.mean, Each(testing::DoubleNear(0, 1e-15)));
    EXPECT_NEAR(scaling.deviation[0], std::sqrt((4 + 1) / 24.0), 1e-14);  // variances 4/12 and 1/12
    write(path, {6, 3, 1, PNG_COLOR_TYPE_GRAY, {{0}}});
    std::filesystem::rename(path, png);
    EXPECT_THAT([&] { open_dataset(png.string()); },
                testing::ThrowsMessage<base::Error>(testing::HasSubstr("black all over")));
}

TEST_F(Png, TruncatedAtAnyByteIsRefused) {
    write(path, thirds_of_every_kind().front());
    for (std::size_t length = std::filesystem::file_size(path); length-- > 0;) {
        std::filesystem::resize_file(path, length);
        expect_refused(reading(), std::to_string(length) + " bytes");
    }
    std::filesystem::remove(path);
    expect_refused(reading(), "a missing file", "no such file");
}

TEST_F(Png, WithOneBitFlippedIsRefusedOrOfTheSameSize) {
    write(path, thirds_of_every_kind().back());
    for (std::size_t i = 0; i < std::filesystem::file_size(path); ++i) {
        flip(i);
        try {
            EXPECT_EQ(read_brightness(path).values.size(), 6U) << i;
        } catch (const base::Error& error) {
            EXPECT_EQ(error.fault(), base::Fault::request);
            EXPECT_THAT(error.what(), testing::HasSubstr(path.string()));
        }
        flip(i);
    }
}

TEST_F(Png, OfTooManyPixelsIsRefused) {
    write(path, {20'000, 20'000, 1, PNG_COLOR_TYPE_GRAY, {std::vector<png_byte>(2500)}});
    expect_refused(reading(), "400 million pixels", "20000 x 20000 pixels");
}

TEST_F(Png, WithoutEndIsRefused) {
    write(path, thirds_of_every_kind().front());
    const std::string whole = bytes();
    std::filesystem::remove(path);
    expect_endless_refused(reading(), whole);
}

}  // namespace
}  // namespace scorefield::data
