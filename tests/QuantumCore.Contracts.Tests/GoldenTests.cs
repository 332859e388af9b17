using Xunit;

namespace QuantumCore.Contracts.Tests;

/// <summary>
/// Journals of each release stay readable: the bytes beside these tests were written by a release, and always give the
/// same records.
/// </summary>
public class GoldenTests
{
    public static TheoryData<string> SampleNames =>
        [.. Encoding.All.SelectMany(encoding => encoding.Samples.Keys).Order()];

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void A_record_is_written_as_it_always_was(string sample)
    {
        var encoding = Encoding.For(sample);
        Assert.Equal(Golden(sample), Convert.ToHexStringLower(encoding.Encode(encoding.Samples[sample])));
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Bytes_of_a_release_give_the_record_they_gave_then(string sample)
    {
        var encoding = Encoding.For(sample);
        var read = encoding.Decode(Convert.FromHexString(Golden(sample)));
        Assert.Equal(Encoding.Describe(encoding.Samples[sample]), Encoding.Describe(read));
    }

    [Fact]
    public void Every_kind_of_record_has_its_sample()
    {
        var kinds = typeof(BookRecord).Assembly.GetTypes().Where(type => !type.IsAbstract
            && (type.IsAssignableTo(typeof(BookRecord)) || type.IsAssignableTo(typeof(AccountRecord))
                || type.IsAssignableTo(typeof(CatalogRecord)) || type.IsAssignableTo(typeof(PayoutRecord))
                || type.IsAssignableTo(typeof(SettlementRecord))));
        Assert.Empty(
            kinds.Except(
                Encoding.All.SelectMany(encoding => encoding.Samples.Values).Select(sample => sample.GetType())));
    }

    [Fact]
    public void Every_file_of_a_release_is_still_read()
    {
        var files = Directory.EnumerateFiles(Folder, "*.hex").Select(file => Path.GetFileNameWithoutExtension(file));
        Assert.Equal(Encoding.All.SelectMany(encoding => encoding.Samples.Keys).Order(), files.Order());
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void The_streams_do_not_read_each_others_records(string sample)
    {
        var bytes = Convert.FromHexString(Golden(sample));
        Assert.All(
            Encoding.All.Where(encoding => encoding != Encoding.For(sample)),
            other => Assert.Throws<InvalidDataException>(() => other.Decode(bytes)));
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void A_record_of_a_later_version_is_refused(string sample)
    {
        var bytes = Convert.FromHexString(Golden(sample));
        bytes[0]++;
        var refusal = Assert.Throws<InvalidDataException>(() => Encoding.For(sample).Decode(bytes));
        Assert.Contains("version 2", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void A_record_of_a_kind_that_came_later_names_the_release_that_wrote_it(string sample)
    {
        var bytes = Convert.FromHexString(Golden(sample));
        bytes[1] = 250;
        var refusal = Assert.Throws<InvalidDataException>(() => Encoding.For(sample).Decode(bytes));
        Assert.Contains("a newer release wrote it", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_turn_of_the_kind_from_before_prevented_matches_has_none()
    {
        var bytes = BookRecordEncoding.Encode(Samples.Book["book-x-prevented"]);
        Assert.Equal(9, bytes[1]);
        bytes[1] = 8;
        Assert.Throws<InvalidDataException>(() => BookRecordEncoding.Decode(bytes));
    }

    [Fact]
    public void A_definition_comes_back_whole()
    {
        var grouped = Samples.Instrument with { Group = "MAJORS" };
        Assert.Equal(grouped, EncodedInstrument.From(grouped).Decode());
        var later = Samples.Instrument with { SettlementDays = 2, SettlementVenue = "MAIN" };
        Assert.Equal(later, EncodedInstrument.From(later).Decode());
        Assert.Equal(later with { Group = "MAJORS" }, EncodedInstrument.From(later with { Group = "MAJORS" }).Decode());
        Assert.Null(Samples.Instrument.Check());
        Assert.Equal(Samples.Instrument, EncodedInstrument.From(Samples.Instrument).Decode());
    }

    [Fact]
    public void The_description_tells_records_apart_by_every_item()
    {
        var one = new OrdersClosed(
            1, [new ClosedOrder(1001, 1, 1, Instruments.Side.Buy, 1, Instruments.EndReason.User, 0, 1)]);
        var other = one with { Orders = [one.Orders[0] with { LeavesLots = 2 }] };
        Assert.NotEqual(Encoding.Describe(one), Encoding.Describe(other));
        Assert.Equal(Encoding.Describe(one), Encoding.Describe(one with { Orders = [.. one.Orders] }));
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>Returns the bytes of a release, in hexadecimal; lines are wrapped.</summary>
    private static string Golden(string sample) => string.Concat(
        File.ReadAllText(Path.Combine(Folder, $"{sample}.hex")).Where(c => !char.IsWhiteSpace(c)));
}
