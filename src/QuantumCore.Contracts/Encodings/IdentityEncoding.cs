using static QuantumCore.Contracts.CatalogRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes catalog records of API keys, users and their sessions.</summary>
internal static class IdentityEncoding
{
    public static byte[] Encode(KeyAdded record)
    {
        // A key without later features keeps its original encoding.
        var key = record.Key;
        var kind = key.Addresses.Length > 0 ? Kind.BoundKey
            : key.Signing is null && key.Rights == KeyRights.All ? Kind.Key
            : Kind.SigningKey;
        var to = Start(kind, record);
        to.Text(key.Hash);
        to.Count(key.Account);
        to.Bool(key.IsAdmin);
        to.Bool(key.IsDemo);
        to.Text(key.Label);
        if (kind != Kind.Key)
        {
            to.Count((long)key.Rights);
            to.Count((long)(key.Signing?.Scheme ?? 0));
            to.Text(key.Signing?.Material ?? "");
        }

        if (kind == Kind.BoundKey)
            to.Text(key.Addresses);
        return to.ToArray();
    }

    public static byte[] Encode(OwnerSet record)
    {
        var to = Start(Kind.Owner, record);
        to.Count(record.Account.Account);
        to.Text(record.Account.Owner);
        return to.ToArray();
    }

    public static byte[] Encode(UserSet record)
    {
        var to = Start(Kind.User, record);
        to.Byte((byte)record.Event);
        to.Text(record.By);
        to.Text(record.User.Name);
        to.Count(record.User.Account);
        to.Byte((byte)record.User.Role);
        to.Text(record.User.PasswordHash);
        to.Text(record.User.Authenticator);
        to.Bool(record.User.IsDemo);
        to.Bool(record.User.IsClosed);
        to.Text(record.KeptSession);
        return to.ToArray();
    }

    public static byte[] Encode(SessionBegun record)
    {
        var to = Start(Kind.Session, record);
        to.Text(record.Session.Id);
        to.Text(record.Session.User);
        to.Fixed64(record.Session.EndsNanos);
        to.Text(record.Session.Address);
        to.Text(record.Session.Client);
        to.Count(record.CodeStep);
        return to.ToArray();
    }

    public static byte[] Encode(CodeUsed record)
    {
        var to = Start(Kind.CodeUsed, record);
        to.Text(record.User);
        to.Count(record.CodeStep);
        return to.ToArray();
    }

    public static byte[] Encode(SessionsEnded record)
    {
        var to = Start(Kind.SessionsEnded, record);
        to.Text(record.User);
        to.Text(record.Id);
        to.Text(record.By);
        return to.ToArray();
    }

    public static ApiKey ReadKey(ref RecordReader from) => new(
        from.Text(), from.Count(), from.Bool(), from.Bool(), from.Text(), Rights(from.Count()),
        Signing(from.Count(), from.Text()));

    public static UserSet ReadUser(ref RecordReader from)
    {
        var (what, by) = (from.Member<UserEvent>(), from.Text());
        var user = new User(
            from.Text(), from.Count(), from.Member<UserRole>(), from.Text(), from.Text(), from.Bool(),
            from.Bool());
        return new UserSet(from.TimeNanos, what, by, user, from.Text());
    }

    public static SessionBegun ReadSession(ref RecordReader from) => new(
        new UserSession(from.Text(), from.Text(), from.TimeNanos, from.Fixed64(), from.Text(), from.Text()),
        from.Count());

    private static KeyRights Rights(long number) => number is >= 0 and <= (long)KeyRights.All
        ? (KeyRights)number
        : throw new InvalidDataException($"Unknown rights {number} of a key.");

    private static SigningKey? Signing(long scheme, string material) => scheme switch
    {
        0 => null,
        (long)SigningScheme.HmacSha256 or (long)SigningScheme.RsaSha256 or (long)SigningScheme.Ed25519 =>
            new SigningKey((SigningScheme)scheme, material),
        _ => throw new InvalidDataException($"Unknown kind {scheme} of signature."),
    };
}
