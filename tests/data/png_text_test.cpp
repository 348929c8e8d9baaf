#include "data/png_text.hpp"

#include <gmock/gmock.h>
#include <png.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <stdexcept>

#include "base/error.hpp"
#include "tests/base/scratch.hpp"

namespace scorefield::data {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMost = 1000;

std::vector<std::uint8_t> small_png() {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = 3;
    image.height = 2;
    image.format = PNG_FORMAT_RGB;
    const std::array<std::uint8_t, 18> pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
    std::vector<std::uint8_t> bytes(1000);
    png_alloc_size_t size = bytes.size();
    EXPECT_NE(png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr), 0);
    bytes.resize(size);
    return bytes;
}

class PngTextFile : public testing::Test {
  protected:
    base::ScratchFolder folder;
    std::string path = (folder / "a.png").string();

    void write(const std::vector<std::uint8_t>& bytes) const {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    std::string refusal() const {
        try {
            png_text(path, "Scene", kMost);
        } catch (const base::Error& error) {
            EXPECT_EQ(error.fault(), base::Fault::request);
            return error.what();
        }
        return "taken";
    }
};

/// What libpng reads of it: an independent reader of texts and pixels.
std::vector<PngText> texts_by_libpng(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    const auto fail = [](png_structp, png_const_charp message) { throw std::runtime_error(message); };
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_read_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
    png_textp texts = nullptr;
    int count = 0;
    png_get_text(png, info, &texts, &count);
    std::vector<PngText> found;
    for (int i = 0; i < count; ++i) found.push_back({texts[i].key, texts[i].text});
    EXPECT_EQ(png_get_rows(png, info)[1][8], 18);
    png_destroy_read_struct(&png, &info, nullptr);
    std::fclose(file);
    return found;
}

TEST_F(PngTextFile, KeepsTextsAsLibpngReadsThem) {
    const std::vector<PngText> texts = {
        {"Software", "Scorefield"}, {"Command", "scorefield --model 'ümlaut σ.safetensors'"}, {"Scene", "{\n}\n"}};
    write(with_texts(small_png(), texts));
    EXPECT_EQ(texts_by_libpng(path), texts);
    for (const PngText& text : texts) EXPECT_EQ(png_text(path, text.keyword, kMost), text.text);
    EXPECT_EQ(png_text(path, "Scen", kMost), std::nullopt);
    EXPECT_EQ(png_text(path, "Scenes", kMost), std::nullopt);
    write(small_png());
    EXPECT_EQ(png_text(path, "Scene", kMost), std::nullopt);
}

TEST_F(PngTextFile, RefusesWhatItCannotHold) {
    const auto attempt = [](const PngText& text) {
        EXPECT_THROW(with_texts(small_png(), std::vector{text}), std::invalid_argument);
    };
    attempt({"", "x"});
    attempt({std::string(80, 'k'), "x"});
    attempt({"Schlüssel", "x"});
    attempt({"Scene", std::string("a\0b", 3)});
    EXPECT_THROW(with_texts(std::vector<std::uint8_t>(100, 1), {}), std::invalid_argument);
}

TEST_F(PngTextFile, RefusesDamagedFilesInOneLine) {
    std::ofstream(path) << "no picture";
    EXPECT_THAT(refusal(), HasSubstr("a.png"));
    const std::vector<PngText> texts = {{"Scene", std::string(500, 's')}};
    const std::vector<std::uint8_t> whole = with_texts(small_png(), texts);
    std::mt19937 random(5);
    // Cut anywhere before the end of the text, and one changed bit of the text or its checksum.
    for (int i = 0; i < 60; ++i) {
        write({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(34 + random() % 500)});
        EXPECT_NE(refusal(), "taken");
        std::vector<std::uint8_t> flipped = whole;
        flipped[49 + random() % 500] ^= std::uint8_t(1U << random() % 8);
        write(flipped);
        EXPECT_THAT(refusal(), HasSubstr("damaged"));
    }
    write(with_texts(small_png(), std::vector<PngText>{{"Scene", std::string(kMost + 1, 's')}}));
    EXPECT_THAT(refusal(), HasSubstr("1000 bytes"));
    write(with_texts(small_png(), std::vector<PngText>{{"Scene", std::string(100 * kMost, 's')}}));
    EXPECT_THAT(refusal(), HasSubstr("1000 bytes"));
    // A length that no file has.
    std::vector<std::uint8_t> endless = whole;
    endless[33] = 0xFF;
    write(endless);
    EXPECT_THAT(refusal(), HasSubstr("it ends early"));
    // Random chunks after the signature end in some way.
    for (int i = 0; i < 200; ++i) {
        std::vector<std::uint8_t> bytes(whole.begin(), whole.begin() + 8);
        for (int k = 0; k < 300; ++k) bytes.push_back(std::uint8_t(random() % (k % 12 < 3 ? 1 : 256)));
        write(bytes);
        refusal();
    }
}

}  // namespace
}  // namespace scorefield::data
