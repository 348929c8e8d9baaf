#include "data/safetensors.hpp"

#include <cstring>
#include <limits>

#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

std::string file_of(const std::string& header, const std::string& values) {
    const std::uint64_t length = header.size();
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    return file + header + values;
}

class Safetensors : public FileTest {
  protected:
    const std::string eight = std::string(8, '\0');
    auto reading() const {
        return [this] { read_safetensors(path); };
    }
    void expect(const std::string& header, const std::string& because) const {
        replace(file_of(header, eight));
        expect_refused(reading(), header, because);
    }
};

TEST_F(Safetensors, ReadsWhatItWrites) {
    SafetensorsFile file;
    file.tensors["b.weight"] = {{2, 3}, {1, 2, 3, -4, 5e-20F, 6}};
    file.tensors["a"] = {{}, {7}};
    file.tensors["none"] = {{0, 4}, {}};
    file.metadata = {{"key", "value \"quoted\" ü\n"}, {"empty", ""}};
    write_safetensors(path, file);
    const SafetensorsFile read = read_safetensors(path);
    EXPECT_EQ(read.tensors, file.tensors);
    EXPECT_EQ(read.metadata, file.metadata);
    EXPECT_TRUE(read.verified);
    EXPECT_EQ(bytes().size() % 4, 0U);
}

TEST_F(Safetensors, ReadsFilesOfOthersWithoutChecksum) {
    replace(file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight));
    const SafetensorsFile read = read_safetensors(path);
    EXPECT_EQ(read.tensors.at("w"), (Tensor{{2}, {0, 0}}));
    EXPECT_FALSE(read.verified);
}

TEST_F(Safetensors, ChecksumNoticesEveryPart) {
    SafetensorsFile file;
    file.tensors = {{"a", {{2}, {1, 2}}}, {"b", {{1}, {3}}}};
    file.metadata = {{"k", "v"}};
    const std::string sum = checksum(file);
    EXPECT_EQ(sum.size(), 16U);
    SafetensorsFile other = file;
    other.tensors["a"].values[1] = 2.0000002F;
    EXPECT_NE(checksum(other), sum);
    other = file;
    other.tensors["a"].shape = {1, 2};
    EXPECT_NE(checksum(other), sum);
    other = file;
    other.metadata = {{"kv", ""}};
    EXPECT_NE(checksum(other), sum);
    other = file;
    std::swap(other.tensors["a"], other.tensors["b"]);
    EXPECT_NE(checksum(other), sum);
}

TEST_F(Safetensors, WrongChecksumIsRefused) {
    SafetensorsFile file;
    file.tensors["w"] = {{2}, {1, 2}};
    write_safetensors(path, file);
    std::string changed = bytes();
    changed[changed.size() - 3] = static_cast<char>(changed[changed.size() - 3] ^ 1);
    replace(changed);
    expect_refused(reading(), "a flipped bit of a weight", "checksum");
}

// 1, -2, the largest and the smallest number of either type, by their bits.
TEST_F(Safetensors, ReadsHalfPrecisionAsSinglePrecision) {
    const auto stored = [](std::initializer_list<std::uint16_t> numbers) {
        return std::string(reinterpret_cast<const char*>(std::data(numbers)), 2 * numbers.size());
    };
    replace(file_of(R"({"b":{"dtype":"BF16","shape":[2,2],"data_offsets":[8,16]},)"
                    R"("h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})",
                    stored({0x3C00, 0xC000, 0x7BFF, 0x0001}) + stored({0x3F80, 0xC000, 0x7F7F, 0x0001})));
    const SafetensorsFile read = read_safetensors(path);
    EXPECT_EQ(read.tensors.at("h"), (Tensor{{4}, {1, -2, 65504, 0x1p-24F}}));
    EXPECT_EQ(read.tensors.at("b"), (Tensor{{2, 2}, {1, -2, 0x1.FEp127F, 0x1p-133F}}));
    EXPECT_TRUE(read.half);
    EXPECT_FALSE(read.verified);
    for (const std::uint16_t wrong : {std::uint16_t{0x7C00}, std::uint16_t{0xFE00}}) {
        replace(file_of(R"({"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", stored({wrong})));
        expect_refused(reading(), "no number", "not finite");
    }
}

// FNV-1a of what stands in the file, computed by another program (Python); and that of the float32 values, which a
// program that halves the precision leaves behind.
TEST_F(Safetensors, ChecksumOfHalfPrecisionIsOfTheStoredBytes) {
    const std::string one("\0\x3c", 2);
    const auto file = [&](const std::string& sum) {
        return file_of(R"({"__metadata__":{"scorefield.checksum":")" + sum +
                           R"("},"w":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})",
                       one);
    };
    replace(file("f8739a0695789b15"));
    EXPECT_TRUE(read_safetensors(path).verified);
    SafetensorsFile single;
    single.tensors["w"] = {{1}, {1}};
    replace(file(checksum(single)));
    EXPECT_FALSE(read_safetensors(path).verified);
    EXPECT_EQ(read_safetensors(path).tensors, single.tensors);
}

// The file is sparse: four gibibytes of zeros that are not stored, nor read.
TEST_F(Safetensors, ChecksTheHeaderBeforeItReadsTensors) {
    constexpr std::uint64_t kBytes = std::uint64_t{1} << 32U;
    const std::string header = R"({"w":{"dtype":"F32","shape":[1073741824],"data_offsets":[0,4294967296]}})";
    replace(file_of(header, ""));
    std::filesystem::resize_file(path, 8 + header.size() + kBytes);
    EXPECT_THROW(read_safetensors(path,
                                  [](const SafetensorsHeader& seen) {
                                      EXPECT_EQ(seen.tensors.at("w").shape, std::vector<std::size_t>{1073741824});
                                      throw base::request_error("enough", "file", "stopped", "go on");
                                  }),
                 base::Error);
}

TEST_F(Safetensors, WritesNothingThatIsNotFinite) {
    SafetensorsFile file;
    file.tensors["w"] = {{2}, {1, std::numeric_limits<float>::infinity()}};
    EXPECT_THROW(write_safetensors(path, file), base::Error);
}

TEST_F(Safetensors, RefusesOversizedHeaders) {
    replace(file_of(std::string(kMaxHeaderBytes + 1, ' '), ""));
    expect_refused(reading(), "a long header", "16777216");
    replace(file_of(std::string(1 << 20, '['), ""));
    expect_refused(reading(), "a deep header", "nested more than 64 deep");
}

TEST_F(Safetensors, WithoutEndIsRefused) {
    expect_endless_refused(reading(), file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight));
}

TEST_F(Safetensors, NamesWhatIsWrong) {
    expect("[]", "not a JSON object");
    expect("{", "header");
    expect("{} x", "header");
    expect(R"({"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", "none of F32, F16 and BF16");
    expect(R"({"w":{"dtype":16,"shape":[4],"data_offsets":[0,8]}})", "none of F32");
    expect(R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}})", "does not match");
    expect(R"({"w":{"dtype":"F32","shape":[2]}})", "data_offsets");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}})", "nothing else");
    expect(R"({"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", "not an array");
    expect(R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "whole number");
    expect(R"({"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", "whole number");
    expect(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "does not match");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", "two numbers");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", "outside");
    expect(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "outside");
    expect(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "gap");
    expect(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "no tensor");
    expect(
        R"({"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
        "overlap");
    expect(
        R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
        "twice");
    // 2^62 * 4 bytes * 4 wraps round to a small number.
    expect(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", "too large");
    expect(R"({"__metadata__":{"k":1}})", "not a string");
    expect(R"({"__metadata__":"k"})", "not an object");
    expect(std::string("{}\0", 3), "zero byte");
    replace(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10));
    expect_refused(reading(), "a huge header", "does not fit");
    replace("1234567");
    expect_refused(reading(), "seven bytes", "shorter");
    replace(
        file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", std::string("\0\0\xc0\x7f\0\0\0\0", 8)));
    expect_refused(reading(), "NaN", "not finite");
}

}  // namespace
}  // namespace scorefield::data
