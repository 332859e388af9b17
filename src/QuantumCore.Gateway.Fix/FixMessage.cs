using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace QuantumCore.Gateway.Fix;

/// <summary>Fields in the order they arrived, of a message or of one group entry.</summary>
internal class FixFields(IReadOnlyList<(int Tag, string Text)> all)
{
    /// <summary>Largest number that is read, so that its successor is also a number.</summary>
    public const int LargestNumber = 999_999_999;

    /// <summary>All fields; for a message, those between its length and its checksum.</summary>
    public IReadOnlyList<(int Tag, string Text)> All => all;

    /// <summary>Text of a tag, the first if there are more; null if absent.</summary>
    public string? this[int tag]
    {
        get
        {
            foreach (var field in all)
            {
                if (field.Tag == tag)
                    return field.Text;
            }

            return null;
        }
    }

    /// <summary>Returns the text of a tag that is there once; null if it is absent or repeated.</summary>
    public string? Only(int tag) => all.Count(field => field.Tag == tag) == 1 ? this[tag] : null;

    /// <summary>Returns true if a tag is present.</summary>
    public bool Has(int tag) => this[tag] is not null;

    /// <summary>Returns the number of a tag, from 0; null if there is none.</summary>
    public int? Number(int tag) =>
        int.TryParse(this[tag], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= LargestNumber
            ? number
            : null;
}

/// <summary>A received message with any content; <see cref="FixRules"/> finds its faults.</summary>
internal sealed class FixMessage : FixFields
{
    private const int XmlDataLength = 212;
    private const int XmlData = 213;
    private const int PartySubId = 523;
    private const int NoPartySubIds = 802;
    private const int PartySubIdType = 803;

    /// <summary>Groups by their count tag: tags of an entry, which begins with the first.</summary>
    private static readonly FrozenDictionary<int, int[]> s_groups = new Dictionary<int, int[]>
    {
        [146] = [55],
        [267] = [269],
        [453] = [448, 447, 452, 802, 523, 803],
        [627] = [628, 629, 630],
    }.ToFrozenDictionary();

    private FixMessage(string version, IReadOnlyList<(int Tag, string Text)> fields, FixFault? fault)
        : base(fields)
    {
        Version = version;
        Type = this[FixTag.Type] ?? "";
        Sequence = Number(FixTag.Sequence) ?? -1;
        Fault = fault;
    }

    /// <summary>BeginString (8).</summary>
    public string Version { get; }

    /// <summary>MsgType (35).</summary>
    public string Type { get; }

    /// <summary>MsgSeqNum (34); negative if it is missing or no number.</summary>
    public int Sequence { get; }

    /// <summary>First field that could not be read.</summary>
    public FixFault? Fault { get; }

    /// <summary>Reads a message in the frame that <see cref="FixFraming"/> requires.</summary>
    public static FixMessage Read(ReadOnlySpan<byte> frame)
    {
        var fields = new List<(int Tag, string Text)>(24);
        FixFault? fault = null;
        for (var rest = frame[..^FixFraming.CheckSumLength]; !rest.IsEmpty;)
        {
            var end = rest.IndexOf(FixFraming.Soh);
            var equals = rest[..end].IndexOf((byte)'=');
            var tag = Tag(rest[..Math.Max(equals, 0)]);
            var isData = LengthTagOf(tag) is { } lengthTag && fields[^1].Tag == lengthTag;
            if (isData && equals + 1 + DataLength(fields) is var dataEnd && dataEnd < rest.Length
                && rest[dataEnd] == FixFraming.Soh)
                end = dataEnd;
            else if (LengthTagOf(tag) is { } missing)
                fault ??= new FixFault(missing, FixReject.IncorrectDataFormat, WrongLength(missing));
            var value = rest[(equals + 1)..end];
            fault ??= Wrong(tag, value, isData);
            if (tag >= 0)
                fields.Add((tag, Encoding.Latin1.GetString(value)));
            rest = rest[(end + 1)..];
        }

        var version = fields[0].Text;
        fields.RemoveRange(0, 2);
        return new FixMessage(version, fields, fault);
    }

    /// <summary>
    /// Returns the entries of a group by its count tag. The count is checked before a message is passed on.
    /// </summary>
    public IReadOnlyList<FixFields> Group(int countTag)
    {
        var members = s_groups[countTag];
        var fields = All.SkipWhile(field => field.Tag != countTag).Skip(1)
            .TakeWhile(field => members.Contains(field.Tag)).ToArray();
        var starts = Enumerable.Range(0, fields.Length).Where(at => at == 0 || fields[at].Tag == members[0])
            .Append(fields.Length).ToArray();
        return [.. starts.Zip(starts.Skip(1), (start, end) => new FixFields(fields[start..end]))];
    }

    /// <summary>
    /// Returns the fault of the message's groups, or a tag that is repeated outside of them; null for none.
    /// </summary>
    public FixFault? WrongStructure()
    {
        var outside = All.ToList();
        foreach (var (countTag, members) in s_groups)
        {
            if (!Has(countTag))
                continue;

            var entries = Group(countTag);
            if (Number(countTag) != entries.Count)
                return new FixFault(
                    countTag, FixReject.IncorrectGroupCount,
                    $"{countTag} is the number of the entries that follow it.");
            if (entries.FirstOrDefault(entry => entry.All[0].Tag != members[0]) is { } odd)
                return new FixFault(
                    odd.All[0].Tag, FixReject.GroupOutOfOrder, $"An entry of {countTag} begins with {members[0]}.");
            if (entries.Select(WrongEntry).FirstOrDefault(found => found is not null) is { } wrong)
                return wrong;

            // Each tag of its entries counts once outside, so that none of them can also stand elsewhere and be
            // ignored.
            outside.RemoveRange(
                outside.FindIndex(field => field.Tag == countTag) + 1, entries.Sum(entry => entry.All.Count));
            outside.AddRange(entries.SelectMany(entry => entry.All).DistinctBy(field => field.Tag));
        }

        return Repeated(outside);
    }

    /// <summary>Returns the fault within an entry; null for none. A party may have its own group of sub-ids.</summary>
    private static FixFault? WrongEntry(FixFields entry)
    {
        if (!entry.Has(NoPartySubIds))
            return Repeated(entry.All);

        var own = entry.All.TakeWhile(static field => field.Tag != NoPartySubIds).Count() + 1;
        var subs = entry.All.Skip(own).TakeWhile(static field => field.Tag is PartySubId or PartySubIdType).ToArray();
        if (entry.Number(NoPartySubIds) != subs.Count(static field => field.Tag == PartySubId))
            return new FixFault(
                NoPartySubIds, FixReject.IncorrectGroupCount,
                $"{NoPartySubIds} is the number of the entries that follow it.");
        if (subs is [{ Tag: not PartySubId }, ..])
            return new FixFault(
                subs[0].Tag, FixReject.GroupOutOfOrder, $"An entry of {NoPartySubIds} begins with {PartySubId}.");
        return Repeated([.. entry.All.Take(own), .. entry.All.Skip(own + subs.Length)]);
    }

    private static int? LengthTagOf(int tag) =>
        tag switch { FixTag.RawData => FixTag.RawDataLength, XmlData => XmlDataLength, _ => null };

    private static string WrongLength(int lengthTag) => lengthTag == XmlDataLength
        ? "XmlDataLen (212) stands before XmlData (213) and is its length."
        : "RawDataLength (95) stands before RawData (96) and is its length.";

    private static FixFault? Repeated(IEnumerable<(int Tag, string Text)> fields)
    {
        var seen = new HashSet<int>();
        foreach (var (tag, _) in fields)
        {
            if (!seen.Add(tag))
                return new FixFault(tag, FixReject.TagMoreThanOnce, $"{tag} is there more than once.");
        }

        return null;
    }

    private static FixFault? Wrong(int tag, ReadOnlySpan<byte> value, bool isData)
    {
        if (tag <= 0)
            return new FixFault(tag, FixReject.InvalidTagNumber, "A field begins with the number of its tag.");
        if (value.IsEmpty)
            return new FixFault(tag, FixReject.TagWithoutValue, $"{tag} has no value.");
        return !isData && value.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? new FixFault(tag, FixReject.IncorrectDataFormat, $"{tag} holds a character that is not printable ASCII.")
            : null;
    }

    private static int DataLength(List<(int Tag, string Text)> fields) =>
        int.TryParse(fields[^1].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && length <= FixFraming.LongestMessage
            ? length
            : FixFraming.LongestMessage;

    /// <summary>Parses a tag: digits without a leading 0, other than 0 itself. Returns -1 for anything else.</summary>
    private static int Tag(ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var tag)
            && (digits[0] != '0' || digits.Length == 1)
            ? tag
            : -1;
}
