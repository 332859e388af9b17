namespace QuantumCore.Gateway.Fix;

/// <summary>Tags of the session layer.</summary>
internal static partial class FixTag
{
    public const int BeginSequence = 7;
    public const int EndSequence = 16;
    public const int Sequence = 34;
    public const int Type = 35;
    public const int NewSequence = 36;
    public const int PossibleDuplicate = 43;
    public const int RefSequence = 45;
    public const int Sender = 49;
    public const int SendingTime = 52;
    public const int Target = 56;
    public const int Text = 58;
    public const int RawDataLength = 95;
    public const int RawData = 96;
    public const int EncryptMethod = 98;
    public const int HeartbeatSeconds = 108;
    public const int TestRequestId = 112;
    public const int OriginalSendingTime = 122;
    public const int GapFill = 123;
    public const int ResetNumbers = 141;
    public const int RefTag = 371;
    public const int RefType = 372;
    public const int RejectReason = 373;
    public const int BusinessRefId = 379;
    public const int BusinessRejectReason = 380;
    public const int UserName = 553;
    public const int Password = 554;

    /// <summary>Highest tag that FIX 4.4 defines.</summary>
    public const int LastDefined = 956;

    /// <summary>Lowest tag that a client may define itself; these are ignored.</summary>
    public const int FirstOwn = 5000;
}
