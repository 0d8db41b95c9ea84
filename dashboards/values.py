"""The words of the values by which indicators are kept apart: by column, value, Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.language import Say

VALUES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "essential_service": {
        "citizen_card": ("Thẻ căn cước", "Citizen card"),
        "identity_confirmation": ("Xác nhận số định danh", "Confirmation of identity"),
        "identity_account": ("Tài khoản định danh", "Identity account"),
        "permanent_residence": ("Đăng ký thường trú", "Permanent residence"),
        "temporary_residence": ("Đăng ký tạm trú", "Temporary residence"),
        "temporary_absence": ("Khai báo tạm vắng", "Temporary absence"),
        "stay_notice": ("Thông báo lưu trú", "Notice of a stay"),
        "vehicle_registration": ("Đăng ký xe", "Vehicle registration"),
        "traffic_fine": ("Nộp phạt giao thông", "Traffic fine"),
        "passport": ("Hộ chiếu", "Passport"),
        "seal": ("Con dấu", "Seal"),
        "birth_registration": ("Đăng ký khai sinh", "Birth registration"),
        "death_registration": ("Đăng ký khai tử", "Death registration"),
        "marriage_registration": ("Đăng ký kết hôn", "Marriage registration"),
        "birth_group": ("Liên thông khai sinh", "Group of birth"),
        "death_group": ("Liên thông khai tử", "Group of death"),
        "criminal_record": ("Phiếu lý lịch tư pháp", "Criminal record"),
        "land_change": ("Biến động đất đai", "Change of land"),
        "driving_licence": ("Giấy phép lái xe", "Driving licence"),
        "unemployment_benefit": ("Trợ cấp thất nghiệp", "Unemployment benefit"),
        "health_insurance": ("Bảo hiểm y tế", "Health insurance"),
        "tax_registration": ("Đăng ký thuế", "Tax registration"),
        "exam_registration": ("Đăng ký dự thi", "Exam registration"),
        "electricity_supply": ("Cấp điện mới", "Supply of electricity"),
        "electricity_contract": ("Hợp đồng mua bán điện", "Electricity contract"),
        "other": ("Khác", "Other"),
    },
    "interconnected_group": {
        "birth": ("Khai sinh", "Birth"),
        "death": ("Khai tử", "Death"),
        "other": ("Khác", "Other"),
    },
    "interconnected_step": {
        "birth_registration": ("Đăng ký khai sinh", "Birth registration"),
        "residence_registration": ("Đăng ký thường trú", "Residence registration"),
        "health_insurance_card": ("Cấp thẻ bảo hiểm y tế", "Health insurance card"),
        "death_registration": ("Đăng ký khai tử", "Death registration"),
        "residence_deregistration": ("Xóa đăng ký thường trú", "Deregistration"),
        "funeral_support": ("Hỗ trợ mai táng", "Funeral support"),
        "other": ("Khác", "Other"),
    },
    "credit_kind": {
        "unsecured": ("Tín chấp", "Unsecured"),
        "social": ("Chính sách xã hội", "Social"),
    },
    "registry": {
        "population": ("Dân cư", "Population"),
        "civil_status": ("Hộ tịch", "Civil status"),
        "land": ("Đất đai", "Land"),
        "health_insurance": ("Bảo hiểm y tế", "Health insurance"),
        "social_insurance": ("Bảo hiểm xã hội", "Social insurance"),
        "social_security": ("An sinh xã hội", "Social security"),
        "education": ("Giáo dục", "Education"),
        "driving_licence": ("Giấy phép lái xe", "Driving licences"),
        "criminal_record": ("Lý lịch tư pháp", "Criminal records"),
        "labour": ("Lao động", "Labour"),
        "other": ("Khác", "Other"),
    },
    "service": {
        "tuition": ("Học phí", "Tuition"),
        "hospital_fee": ("Viện phí", "Hospital fees"),
        "health_certificate": ("Giấy chứng sinh, báo tử, lái xe", "Health certificates"),
        "insurance_lookup": ("Khám bệnh bằng căn cước", "Insurance by citizen card"),
        "accommodation_notice": ("Thông báo lưu trú", "Accommodation notices"),
        "other": ("Khác", "Other"),
    },
    "facility_kind": {
        "guest_house": ("Khách sạn, nhà nghỉ", "Guest houses"),
        "medical": ("Cơ sở y tế", "Medical facilities"),
        "lodging": ("Nhà trọ, hộ gia đình", "Lodging"),
        "other": ("Khác", "Other"),
    },
    "device_kind": {
        "kiosk": ("Ki-ốt", "Kiosks"),
        "biometric": ("Sinh trắc học", "Biometrics"),
        "exam_monitoring": ("Giám sát thi", "Monitoring of exams"),
        "driving_test_monitoring": ("Giám sát sát hạch lái xe", "Monitoring of driving tests"),
        "notary_point": ("Điểm công chứng", "Notary points"),
        "other": ("Khác", "Other"),
    },
}


def in_words(column: str, say: Say) -> str:
    """SQL: of a row of buckets, the word of its value of a column; the value itself where there is no word."""
    known = VALUES[column]
    keys = ", ".join(f"'{value}'" for value in known)
    texts = ", ".join(f"'{say(*words)}'" for words in known.values())
    value = f"extract(dims, '{column}=([^,]+)')"
    return f"transform({value}, [{keys}], [{texts}], if({value} = '', '{say('Không rõ', 'Not stated')}', {value}))"
