// Adapter: the part of libsrtp3's API that mediasoup uses, on top of libsrtp2.
//
// libsrtp2 protects and unprotects in place and takes an int length; libsrtp3
// takes separate input and output buffers with size_t lengths and an opaque
// policy object. The adapter adds C++ overloads next to libsrtp2's C functions,
// so only C++ can use it.
#ifndef SRTP3_ON_SRTP2_SRTP_H
#define SRTP3_ON_SRTP2_SRTP_H

#include <srtp2/srtp.h>

#include <climits>
#include <cstdint>
#include <cstring>
#include <new>

// Error codes that newer libsrtp2 (or only libsrtp3) has.
#ifndef SRTP2_HAS_BUFFER_SMALL
inline constexpr srtp_err_status_t srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
#endif
#ifndef SRTP2_HAS_CRYPTEX_ERR
inline constexpr srtp_err_status_t srtp_err_status_cryptex_err = static_cast<srtp_err_status_t>(29);
#endif

#ifndef SRTP3_STRUCT_POLICY // mediasoup 3.19 still fills in libsrtp2's struct.
// In libsrtp3 srtp_policy_t is a pointer to an opaque object.
struct srtp3_policy
{
	srtp_policy_t policy; // libsrtp2's struct.
	srtp_profile_t profile;
	uint8_t key[SRTP_MAX_KEY_LEN];
	bool hasProfile;
	bool hasKey;
};
using srtp3_policy_t = srtp3_policy*;
#define srtp_policy_t srtp3_policy_t

inline srtp_err_status_t srtp_policy_create(srtp3_policy_t* policy)
{
	*policy = new (std::nothrow) srtp3_policy{};

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp3_policy_t policy)
{
	if (policy)
	{
		// Do not leave the key behind in freed memory.
		volatile uint8_t* key = policy->key;

		for (size_t i = 0; i < sizeof(policy->key); ++i)
		{
			key[i] = 0;
		}

		delete policy;
	}
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp3_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp3_policy_t policy, srtp_profile_t profile)
{
	srtp_err_status_t err = srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	if (err == srtp_err_status_ok)
	{
		err = srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
	}

	policy->profile    = profile;
	policy->hasProfile = (err == srtp_err_status_ok);

	return err;
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp3_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* mki,
  size_t mkiLen)
{
	// mediasoup uses a single master key and no MKI.
	if (
	  policy->hasKey || mki || mkiLen || !policy->hasProfile ||
	  keyLen != srtp_profile_get_master_key_length(policy->profile) ||
	  saltLen != srtp_profile_get_master_salt_length(policy->profile) ||
	  keyLen + saltLen > sizeof(policy->key))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);

	policy->policy.key = policy->key;
	policy->hasKey     = true;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp3_policy_t policy, size_t windowSize)
{
	policy->policy.window_size = static_cast<unsigned long>(windowSize);

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp3_policy_t policy, bool allow)
{
	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp3_policy_t policy)
{
	if (!policy->hasProfile || !policy->hasKey)
	{
		return srtp_err_status_bad_param;
	}

	return srtp_create(session, &policy->policy);
}
#endif // SRTP3_STRUCT_POLICY

// The SSRC is in network byte order, as in libsrtp2.
inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

namespace srtp3_detail
{
	using Function = srtp_err_status_t (*)(srtp_t, void*, int*);

	// Copies the packet to the output buffer (unless it is there already) and
	// runs the in place libsrtp2 function on it.
	inline srtp_err_status_t Run(
	  Function function, srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t extraLen)
	{
		if (inLen > static_cast<size_t>(INT_MAX) - extraLen)
		{
			return srtp_err_status_bad_param;
		}

		if (*outLen < inLen + extraLen)
		{
			return srtp_err_status_buffer_small;
		}

		if (out != in)
		{
			std::memmove(out, in, inLen);
		}

		int len                     = static_cast<int>(inLen);
		const srtp_err_status_t err = function(ctx, out, &len);

		if (err == srtp_err_status_ok)
		{
			*outLen = static_cast<size_t>(len);
		}

		return err;
	}
} // namespace srtp3_detail

inline srtp_err_status_t srtp_protect(
  srtp_t ctx, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t mkiIndex = 0)
{
	if (mkiIndex != 0)
	{
		return srtp_err_status_bad_mki;
	}

	return srtp3_detail::Run(
	  static_cast<srtp3_detail::Function>(srtp_protect), ctx, rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t ctx, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	return srtp3_detail::Run(
	  static_cast<srtp3_detail::Function>(srtp_unprotect), ctx, srtp, srtpLen, rtp, rtpLen, 0);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t ctx, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t mkiIndex = 0)
{
	if (mkiIndex != 0)
	{
		return srtp_err_status_bad_mki;
	}

	// SRTCP adds the 4 bytes E flag and index to the trailer.
	return srtp3_detail::Run(
	  static_cast<srtp3_detail::Function>(srtp_protect_rtcp), ctx, rtcp, rtcpLen, srtcp, srtcpLen, SRTP_MAX_TRAILER_LEN + 4);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t ctx, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	return srtp3_detail::Run(
	  static_cast<srtp3_detail::Function>(srtp_unprotect_rtcp), ctx, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}

#endif
