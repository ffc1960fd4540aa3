"""Every tolerance of the decoder by name.

A frame that was accepted although it is not as the standard says carries the names of its deviations. The first block has the
names of ``hj212.md`` section 15; the second block has those that only this decoder knows. The order here is the order in which a
frame lists them: transport first, then header, then content.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Anomaly(StrEnum):
    """Name of one deviation. The comment on each says what was seen."""

    #: CP came as SM4 blocks and was decrypted (2025 section 6.4)
    ENCRYPTED_SM4 = "encrypted_sm4"
    #: CP came as the printed byte list ``{0xE4,0x3E,...}`` of the 2025 appendix
    SM4_NOTATION_TEXT = "sm4_notation_text"
    #: the length field has not four digits
    LEN_DIGITS = "len_digits"
    #: the length field is wrong; the CRC proved where the segment ends
    LEN_MISMATCH = "len_mismatch"
    #: the segment is longer than 1024 bytes
    SEGMENT_OVER_1024 = "segment_over_1024"
    #: the content of CP is longer than 950 bytes (960 in 2005)
    CP_OVER_950 = "cp_over_950"
    #: the CRC fits no known variant (only on rejected pieces)
    CRC_BAD = "crc_bad"
    #: the CRC is CRC-16/MODBUS, high byte first
    CRC_MODBUS_BE = "crc_modbus_be"
    #: the CRC is CRC-16/MODBUS, low byte first
    CRC_MODBUS_LE = "crc_modbus_le"
    #: the CRC is written with lower-case letters
    CRC_LOWERCASE = "crc_lowercase"
    #: no CRC follows the segment (only on rejected pieces)
    CRC_ABSENT = "crc_absent"
    #: the frame ends with LF alone
    LF_ONLY = "lf_only"
    #: a comma stands for a semicolon, or a separator too many, between header fields
    HEADER_STRAY_CHAR = "header_stray_char"
    #: the Flag key is not spelled ``Flag``
    FLAG_KEY_CASE = "flag_key_case"
    #: a separator too many in CP, e.g. a trailing semicolon
    EMPTY_ITEM = "empty_item"
    #: no QN in the header
    QN_MISSING = "qn_missing"
    #: QN is not 17 digits
    QN_FORMAT = "qn_format"
    #: no Flag in the header
    FLAG_MISSING = "flag_missing"
    #: Flag announces packet numbers that did not come
    FLAG_BIT1_WITHOUT_PNUM = "flag_bit1_without_pnum"
    #: packet numbers came that Flag did not announce
    PNUM_WITHOUT_FLAG_BIT1 = "pnum_without_flag_bit1"
    #: PNO stands before PNUM
    PNO_BEFORE_PNUM = "pno_before_pnum"
    #: no MN in the header
    MN_MISSING = "mn_missing"
    #: MN has no text
    MN_EMPTY = "mn_empty"
    #: MN is not 24 characters of 0-9 A-F
    MN_NOT_24_HEX = "mn_not_24_hex"
    #: no PW in the header
    PW_MISSING = "pw_missing"
    #: PW has no text
    PW_EMPTY = "pw_empty"
    #: PW has not six characters
    PW_NOT_6 = "pw_not_6"
    #: ST has not two characters
    ST_NOT_2 = "st_not_2"
    #: DataTime is not 14 digits of a real date
    DATATIME_FORMAT = "datatime_format"
    #: the same name occurs twice in the header or in CP
    DUPLICATE_KEY = "duplicate_key"
    #: a code that has not the shape of the 2017 tables
    CODE_NOT_2017 = "code_not_2017"
    #: ``Flag=`` in CP without a code before it
    BARE_FLAG_IN_CP = "bare_flag_in_cp"
    #: blanks around names or values
    WHITESPACE = "whitespace"

    #: an older key of the monitor opened the frame (rotation window)
    SM4_PREVIOUS_KEY = "sm4_previous_key"
    #: the CRC was taken over the encrypted bytes instead of the plain text
    CRC_OVER_CIPHERTEXT = "crc_over_ciphertext"
    #: the length field counts characters where the standard counts bytes
    LENGTH_IN_CHARACTERS = "length_in_characters"
    #: the CRC was printed without its leading zeros
    CRC_SHORT = "crc_short"
    #: one CR too many before the LF (``\r\r\n``)
    TRAILING_CR = "trailing_cr"
    #: the frame ends with CR alone
    CR_ONLY = "cr_only"
    #: the text is GBK
    GBK_TEXT = "gbk_text"
    #: some bytes are text in neither UTF-8 nor GBK; they are shown as ``\xNN``
    TEXT_UNDECODABLE = "text_undecodable"
    #: no ``;`` between two header fields, e.g. ``Flag=5CP=``
    HEADER_SEPARATOR_MISSING = "header_separator_missing"
    #: a header key in other letter case than the standard's
    HEADER_KEY_CASE = "header_key_case"
    #: a header key that no edition knows
    HEADER_KEY_UNKNOWN = "header_key_unknown"
    #: no ``CP=&&``, or no ``&&`` at the end
    CP_DELIMITER_MISSING = "cp_delimiter_missing"
    #: Flag is not a number of 0 to 255
    FLAG_FORMAT = "flag_format"
    #: the version bits of Flag name no edition
    FLAG_VERSION_UNKNOWN = "flag_version_unknown"
    #: no ST in the header
    ST_MISSING = "st_missing"
    #: no CN in the header
    CN_MISSING = "cn_missing"
    #: CN is in no edition's table
    CN_UNKNOWN = "cn_unknown"
    #: midnight written as 24:00:00
    DATA_TIME_24H = "data_time_24h"
    #: text in CP without ``=``
    PAIR_WITHOUT_VALUE = "pair_without_value"
    #: commas between factors or semicolons between the classes of one factor
    SEPARATOR_SWAPPED = "separator_swapped"
    #: a metric or keyword of CP in other letter case than the standard's
    CP_KEY_CASE = "cp_key_case"

    #: (measurement) text where a number belongs: ``NaN``, ``-``, empty
    VALUE_NOT_NUMERIC = "value_not_numeric"
    #: (measurement) neither Rtd nor Avg came for the factor
    VALUE_MISSING = "value_missing"
    #: (measurement) Avg in a real-time frame was taken as the value
    AVG_IN_REALTIME = "avg_in_realtime"
    #: (measurement) Rtd in a period frame was taken as the value
    RTD_IN_PERIOD = "rtd_in_period"
    #: (measurement) a data mark in lower case
    MARK_CASE = "mark_case"
    #: (measurement) a data mark that no edition defines
    MARK_UNKNOWN = "mark_unknown"
    #: (measurement) the mark ``Td`` of HJ 212-2025, whose meaning could not be sourced
    MARK_UNSOURCED = "mark_unsourced"
    #: (upload) data came without DataTime
    DATATIME_MISSING = "datatime_missing"


_RANK = {str(name): rank for rank, name in enumerate(Anomaly)}


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, as plain text, in the order of the enumeration."""
    return tuple(sorted({str(name) for name in names}, key=_RANK.__getitem__))
