using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Identity;

/// <summary>Authenticated caller: the holder of an API key, or a user who is signed in.</summary>
/// <param name="Name">Name as it is audited.</param>
/// <param name="Account">Account it trades for; 0 for none.</param>
/// <param name="Role">Role, for calls that need one.</param>
/// <param name="IsDemo">True for a demo caller, which may call from this machine only.</param>
internal readonly record struct Caller(string Name, long Account, UserRole Role, bool IsDemo)
{
    /// <summary>Makes a caller from an API key.</summary>
    public static Caller Of(ApiKey key) =>
        new(key.Label, key.Account, key.IsAdmin ? UserRole.Administrator : UserRole.Customer, key.IsDemo);

    /// <summary>Makes a caller from a user who is signed in.</summary>
    public static Caller Of(User user) => new(user.Name, user.Account, user.Role, user.IsDemo);

    /// <summary>Returns true if the caller has this role; an administrator has every role.</summary>
    public bool May(UserRole role) => Role == role || Role == UserRole.Administrator;
}
